package dev.distillery.serving;

import dev.distillery.inference.InvalidModelException;
import dev.distillery.inference.ModelFile;
import dev.distillery.inference.PublishedModel;

/** The one model of this process, and what it is called. */
public record ServedModel(String name, String version, PublishedModel onnx) {

    /**
     * @param path of a {@code model.onnx}, a version's folder or a model's folder
     * @param threads of one inference, at least 1
     * @throws InvalidModelException if there is no model, or none that can be served
     */
    static ServedModel load(String path, int threads) {
        ModelFile file = ModelFile.find(path);
        PublishedModel onnx = PublishedModel.load(file.file(), threads);
        if (onnx.labels().size() != onnx.classes()) {
            onnx.close();
            throw new InvalidModelException(file.file() + ": got "
                    + onnx.labels().size()
                    + " class names in the metadata distillery.labels, expected one for each of the "
                    + onnx.classes() + " classes; publish the model again, or add the names to the file's metadata");
        }
        return new ServedModel(file.model(), Integer.toString(file.version()), onnx);
    }
}
