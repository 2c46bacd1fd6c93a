package dev.distillery.inference;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;

/**
 * What a model takes: uint8 (N, H, W, C), or float32 (N, C, H, W) normalised by the caller.
 *
 * @param channels 1 or 3
 * @param mean (channels), of pixels scaled to [0, 1]; null if the model normalises
 * @param std (channels), likewise
 * @param resizedSide to which a photograph's shorter side is scaled before its centre is cut out; null if the whole picture
 *     is scaled to height and width
 */
public record InputForm(int height, int width, int channels, float[] mean, float[] std, Integer resizedSide) {

    /** A dimension that each call may choose. */
    private static final long ANY = -1;

    /**
     * @param metadata {@code distillery.mean} and {@code distillery.std}, comma separated, for a float32 input; {@code
     *     distillery.resize} for a network of photographs
     * @throws IllegalArgumentException that says what was found, if the model takes something else
     */
    static InputForm of(TensorInfo tensor, Map<String, String> metadata) {
        long[] shape = tensor.getShape();
        boolean normalised = tensor.type == OnnxJavaType.FLOAT;
        if (shape.length != 4 || (!normalised && tensor.type != OnnxJavaType.UINT8)) {
            throw new IllegalArgumentException(
                    "an input of type " + tensor.type + " and shape " + Arrays.toString(shape));
        }
        long channels = normalised ? shape[1] : shape[3];
        long height = normalised ? shape[2] : shape[1];
        long width = normalised ? shape[3] : shape[2];
        if (Math.min(height, width) < 1 || Math.max(height, width) > 10_000 || (channels != 1 && channels != 3)) {
            throw new IllegalArgumentException("an input of shape " + Arrays.toString(shape)
                    + ", where height and width must be fixed and channels 1 or 3");
        }
        if (shape[0] != ANY) {
            throw new IllegalArgumentException(
                    "an input of shape " + Arrays.toString(shape) + ", where the batch must be open");
        }
        return new InputForm(
                (int) height,
                (int) width,
                (int) channels,
                normalised ? floats(metadata, "distillery.mean", (int) channels) : null,
                normalised ? floats(metadata, "distillery.std", (int) channels) : null,
                resizedSide(metadata.get("distillery.resize"), height, width));
    }

    private static Integer resizedSide(String text, long height, long width) {
        if (text == null) {
            return null;
        }
        boolean number = text.matches("[1-9][0-9]{0,4}");
        if (!number || height != width || Integer.parseInt(text) < height) {
            throw new IllegalArgumentException("metadata distillery.resize \"" + text + "\" for an input of " + height
                    + "x" + width + ", where a side not shorter than that of a square belongs");
        }
        return Integer.valueOf(text);
    }

    private static float[] floats(Map<String, String> metadata, String key, int channels) {
        String text = metadata.getOrDefault(key, "");
        String[] parts = text.split(",");
        float[] values = new float[channels];
        try {
            for (int i = 0; i < channels; i++) {
                values[i] = Float.parseFloat(parts[i].strip());
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    "metadata " + key + " \"" + text + "\" where " + channels + " numbers belong", e);
        }
        return values;
    }

    /** @return whether the caller normalises */
    public boolean normalised() {
        return mean != null;
    }

    /** @return values of one image */
    public int imageValues() {
        return height * width * channels;
    }

    /** @return of one image, as the model takes it */
    public int imageBytes() {
        return imageValues() * (normalised() ? Float.BYTES : 1);
    }

    /** @return of a batch of {@code count}, in the order of the input's dimensions */
    public long[] shape(long count) {
        return normalised() ? new long[] {count, channels, height, width} : new long[] {count, height, width, channels};
    }

    /**
     * Writes one image as the model takes it: the pixels, or (pixel / 255 − mean) / std in planes.
     *
     * @param pixels uint8, (height, width, channels)
     * @param target has at least {@link #imageBytes} left; its byte order becomes the machine's
     */
    public void put(byte[] pixels, ByteBuffer target) {
        target.order(ByteOrder.nativeOrder());
        if (!normalised()) {
            target.put(pixels);
            return;
        }
        int plane = height * width;
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < plane; i++) {
                target.putFloat(((pixels[i * channels + c] & 0xff) / 255f - mean[c]) / std[c]);
            }
        }
    }
}
