package dev.distillery.inference;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A published model in ONNX Runtime. Safe for several threads. */
public final class PublishedModel implements AutoCloseable {
    public static final String PROBABILITIES = "probabilities";

    private final Path file;
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final String inputName;
    private final InputForm input;
    private final int classes;
    private final List<String> labels;

    private PublishedModel(Path file, OrtEnvironment environment, OrtSession session) throws OrtException {
        this.file = file;
        this.environment = environment;
        this.session = session;
        if (session.getNumInputs() != 1 || !session.getOutputNames().contains(PROBABILITIES)) {
            throw new IllegalArgumentException(
                    "inputs " + session.getInputNames() + " and outputs " + session.getOutputNames());
        }
        Map<String, String> metadata = session.getMetadata().getCustomMetadata();
        this.inputName = session.getInputNames().iterator().next();
        this.input = InputForm.of(tensor(session.getInputInfo().get(inputName)), metadata);
        this.classes = classes(session);
        this.labels = metadata.getOrDefault("distillery.labels", "").lines().toList();
    }

    /**
     * @param threads of one inference
     * @throws InvalidModelException if the file is no ONNX model, or none of the kind that is published here
     */
    public static PublishedModel load(Path file, int threads) {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        OrtSession session;
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            // Threads that spin between inferences take the time that decoding and the network need.
            options.addConfigEntry("session.force_spinning_stop", "1");
            session = environment.createSession(file.toString(), options);
        } catch (OrtException e) {
            throw invalid(file, "got no model that ONNX Runtime can load (" + e.getMessage() + ")", e);
        }
        try {
            return new PublishedModel(file, environment, session);
        } catch (OrtException | IllegalArgumentException e) {
            close(session);
            throw invalid(file, "got " + e.getMessage(), e);
        }
    }

    private static int classes(OrtSession session) throws OrtException {
        long classes = -1;
        for (Map.Entry<String, NodeInfo> output : session.getOutputInfo().entrySet()) {
            TensorInfo tensor = tensor(output.getValue());
            long[] shape = tensor.getShape();
            boolean scores = tensor.type == OnnxJavaType.FLOAT && shape.length == 2 && shape[1] > 0;
            if (!scores || classes != -1 && classes != shape[1]) {
                throw new IllegalArgumentException("output " + output.getKey() + " of type " + tensor.type
                        + " and shape " + Arrays.toString(shape));
            }
            classes = shape[1];
        }
        return Math.toIntExact(classes);
    }

    private static TensorInfo tensor(NodeInfo node) {
        if (node.getInfo() instanceof TensorInfo tensor) {
            return tensor;
        }
        throw new IllegalArgumentException(node.getName() + " that is no tensor");
    }

    /**
     * @param images direct, in native byte order: {@code count} images in the form of {@link #input}
     * @return each output's name and its values, float32, (count, classes) row-major
     */
    public Map<String, float[]> run(ByteBuffer images, int count) {
        OnnxJavaType type = input.normalised() ? OnnxJavaType.FLOAT : OnnxJavaType.UINT8;
        try (OnnxTensor tensor = OnnxTensor.createTensor(environment, images, input.shape(count), type);
                OrtSession.Result result = session.run(Map.of(inputName, tensor))) {
            Map<String, float[]> outputs = new LinkedHashMap<>();
            for (Map.Entry<String, OnnxValue> output : result) {
                FloatBuffer values = ((OnnxTensor) output.getValue()).getFloatBuffer();
                float[] copy = new float[values.remaining()];
                values.get(copy);
                outputs.put(output.getKey(), copy);
            }
            return outputs;
        } catch (OrtException e) {
            throw invalid(file, "cannot be run (" + e.getMessage() + ")", e);
        }
    }

    /**
     * @param pixels of one image, uint8, (height, width, channels)
     * @return (classes) float32, in sum 1
     */
    public float[] probabilities(byte[] pixels) {
        ByteBuffer image = ByteBuffer.allocateDirect(input.imageBytes());
        input.put(pixels, image);
        return run(image.flip(), 1).get(PROBABILITIES);
    }

    public String inputName() {
        return inputName;
    }

    public InputForm input() {
        return input;
    }

    public int classes() {
        return classes;
    }

    /** @return names of the outputs, all float32 (N, classes), in the graph's order */
    public List<String> outputs() {
        return List.copyOf(session.getOutputNames());
    }

    /** @return class names by label; empty if the file carries none */
    public List<String> labels() {
        return labels;
    }

    /** @return the class's name, or its number if the model carries no names */
    public String className(int label) {
        return label < labels.size() ? labels.get(label) : "class-" + label;
    }

    private static InvalidModelException invalid(Path file, String problem, Exception cause) {
        return new InvalidModelException(
                file + ": " + problem + ", expected an image classifier as the trainer publishes them", cause);
    }

    private static void close(OrtSession session) {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot close a session", e);
        }
    }

    @Override
    public void close() {
        close(session);
    }
}
