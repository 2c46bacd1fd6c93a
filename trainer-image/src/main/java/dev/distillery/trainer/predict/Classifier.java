package dev.distillery.trainer.predict;

import ai.djl.engine.Engine;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A published model in ONNX Runtime. What it needs beside the graph it reads from the file's metadata. */
final class Classifier implements AutoCloseable {
    private static final String OUTPUT = "probabilities";

    private final Path file;
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final String inputName;
    private final InputForm form;
    private final List<String> labels;

    /** @throws TrainerException INVALID_DATA if the file is no ONNX model, or none of the kind that is published here */
    Classifier(Path file) {
        this.file = file;
        // DJL insists on creating the environment itself; one that exists already makes its engine fail.
        Engine.getEngine("OnnxRuntime");
        this.environment = OrtEnvironment.getEnvironment();
        try {
            this.session = environment.createSession(file.toString());
        } catch (OrtException e) {
            throw invalid("got no model that ONNX Runtime can load (" + e.getMessage() + ")", e);
        }
        try {
            if (session.getNumInputs() != 1 || !session.getOutputNames().contains(OUTPUT)) {
                throw new IllegalArgumentException(
                        "inputs " + session.getInputNames() + " and outputs " + session.getOutputNames());
            }
            if (tensor(session.getOutputInfo().get(OUTPUT)).type != OnnxJavaType.FLOAT) {
                throw new IllegalArgumentException("an output " + OUTPUT + " that is not float32");
            }
            Map<String, String> metadata = session.getMetadata().getCustomMetadata();
            this.inputName = session.getInputNames().iterator().next();
            this.form = InputForm.of(tensor(session.getInputInfo().get(inputName)), metadata);
            this.labels = metadata.getOrDefault("distillery.labels", "").lines().toList();
        } catch (OrtException | IllegalArgumentException e) {
            close();
            throw invalid("got " + e.getMessage(), e);
        }
    }

    private static TensorInfo tensor(NodeInfo node) {
        if (node.getInfo() instanceof TensorInfo tensor) {
            return tensor;
        }
        throw new IllegalArgumentException(node.getName() + " that is no tensor");
    }

    /** @return (classes) float32, in sum 1 */
    float[] probabilities(Picture picture) {
        byte[] pixels = picture.pixels(form);
        try (OnnxTensor input = tensor(pixels);
                OrtSession.Result result = session.run(Map.of(inputName, input))) {
            FloatBuffer values = ((OnnxTensor) result.get(OUTPUT).orElseThrow()).getFloatBuffer();
            float[] probabilities = new float[values.remaining()];
            values.get(probabilities);
            return probabilities;
        } catch (OrtException e) {
            throw invalid("cannot be run (" + e.getMessage() + ")", e);
        }
    }

    private OnnxTensor tensor(byte[] pixels) throws OrtException {
        if (!form.normalised()) {
            ByteBuffer direct =
                    ByteBuffer.allocateDirect(pixels.length).put(pixels).flip();
            return OnnxTensor.createTensor(environment, direct, form.shape(), OnnxJavaType.UINT8);
        }
        return OnnxTensor.createTensor(environment, FloatBuffer.wrap(form.normalise(pixels)), form.shape());
    }

    /** @return the class's name, or its number if the model carries no names */
    String className(int label) {
        return label < labels.size() ? labels.get(label) : "class-" + label;
    }

    private TrainerException invalid(String problem, Exception cause) {
        return new TrainerException(
                ExitCode.INVALID_DATA,
                file + ": " + problem + ", expected an image classifier as this trainer publishes them",
                cause);
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot close a session", e);
        }
    }
}
