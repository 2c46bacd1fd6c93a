package dev.distillery.trainer.publish;

/**
 * What the exported network takes.
 *
 * @param mean (channels), of pixels scaled to [0, 1]
 * @param std (channels), likewise
 * @param resizedSide to which a photograph's shorter side is scaled before its centre is cut out; null if images are not
 *     photographs
 */
public record ModelInput(
        Form form, int height, int width, int channels, float[] mean, float[] std, Integer resizedSide) {

    /** Who normalises. */
    public enum Form {
        /** The graph: input {@code images}, uint8 (N, H, W, C). */
        PIXELS("images", "TYPE_UINT8"),
        /** The caller: input {@code input}, float32 (N, C, H, W), (pixel / 255 − mean) / std. */
        NORMALISED("input", "TYPE_FP32");

        private final String inputName;
        private final String tritonType;

        Form(String inputName, String tritonType) {
            this.inputName = inputName;
            this.tritonType = tritonType;
        }

        public String inputName() {
            return inputName;
        }

        String tritonType() {
            return tritonType;
        }
    }

    /** @return sizes without the batch, in the input's order, for example {@code [ 28, 28, 1 ]} */
    String dims() {
        return form == Form.PIXELS
                ? "[ " + height + ", " + width + ", " + channels + " ]"
                : "[ " + channels + ", " + height + ", " + width + " ]";
    }
}
