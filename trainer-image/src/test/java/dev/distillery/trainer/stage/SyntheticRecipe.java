package dev.distillery.trainer.stage;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.recipe.RecipeDocument;
import dev.distillery.recipe.RecipeResolver;
import dev.distillery.report.TrainerEnvironment;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** A recipe on generated data that a small network learns in a second: where the bright square lies tells the class. */
final class SyntheticRecipe {
    private static final int SIZE = 12;
    private static final int CLASSES = 4;

    private final Path folder;
    private final ObjectNode spec;

    SyntheticRecipe(Path folder) throws IOException {
        this.folder = folder;
        writeSplit("train", 320, 1);
        writeSplit("validation", 100, 2);
        this.spec = (ObjectNode) new com.fasterxml.jackson.dataformat.yaml.YAMLMapper()
                .readTree(
                        """
                        dataset:
                          train: {images: {uri: "file://%1$s/train-images"}, labels: {uri: "file://%1$s/train-labels"}}
                          validation:
                            images: {uri: "file://%1$s/validation-images"}
                            labels: {uri: "file://%1$s/validation-labels"}
                        teacher: {model: {family: resnet-cifar, depth: 8}, epochs: 4}
                        student: {model: {family: resnet-cifar, depth: 8}, epochs: 4}
                        training: {batchSize: 32}
                        tricks: {warmup: {epochs: 1}, linearScaling: {referenceRate: 0.4}}
                        compute: {cpus: 2}
                        gate: {minTop1: 0.9}
                        publish: {destinations: [{uri: "file://%1$s/models"}]}
                        """
                                .formatted(folder));
    }

    /** Replaces one value, by JSON pointer. */
    SyntheticRecipe with(String pointer, Object value) {
        int slash = pointer.lastIndexOf('/');
        spec.withObject(pointer.substring(0, slash)).putPOJO(pointer.substring(slash + 1), value);
        return this;
    }

    /** @return the environment that the operator would set */
    Map<String, String> environment(String runId) throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode document = json.createObjectNode().put("apiVersion", "distillery.dev/v1alpha1");
        document.put("kind", "TrainingRecipe").putObject("metadata").put("name", "synthetic");
        document.set("spec", json.readTree(json.writeValueAsString(spec)));
        RecipeDocument recipe = RecipeDocument.parse(document.toString());
        Path file = folder.resolve("recipe-" + runId + ".json");
        json.writeValue(file.toFile(), RecipeResolver.resolve("default", "synthetic", recipe.spec()));
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put(TrainerEnvironment.RECIPE, file.toString());
        environment.put(
                TrainerEnvironment.WORKSPACE,
                folder.resolve("workspace-" + runId).toString());
        environment.put(TrainerEnvironment.RUN_ID, runId);
        environment.put(
                TrainerEnvironment.TERMINATION_MESSAGE_PATH,
                folder.resolve("termination-" + runId).toString());
        return environment;
    }

    private void writeSplit(String name, int count, int seed) throws IOException {
        Random random = new Random(seed);
        ByteArrayOutputStream images = new ByteArrayOutputStream();
        ByteArrayOutputStream labels = new ByteArrayOutputStream();
        DataOutputStream imageHeader = new DataOutputStream(images);
        imageHeader.writeInt(0x803);
        imageHeader.writeInt(count);
        imageHeader.writeInt(SIZE);
        imageHeader.writeInt(SIZE);
        DataOutputStream labelHeader = new DataOutputStream(labels);
        labelHeader.writeInt(0x801);
        labelHeader.writeInt(count);
        for (int i = 0; i < count; i++) {
            int label = i % CLASSES;
            labels.write(label);
            for (int pixel = 0; pixel < SIZE * SIZE; pixel++) {
                boolean right = pixel % SIZE >= SIZE / 2;
                boolean low = pixel / SIZE >= SIZE / 2;
                boolean bright = (right ? 1 : 0) + (low ? 2 : 0) == label;
                images.write((bright ? 140 : 60) + random.nextInt(60));
            }
        }
        Files.write(folder.resolve(name + "-images"), images.toByteArray());
        Files.write(folder.resolve(name + "-labels"), labels.toByteArray());
    }
}
