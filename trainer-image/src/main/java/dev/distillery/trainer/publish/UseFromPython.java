package dev.distillery.trainer.publish;

import java.util.Arrays;

/** The model card's last section: how to call the model from ONNX Runtime in Python, with the right preprocessing. */
final class UseFromPython {
    private UseFromPython() {}

    static String render(Bundle bundle) {
        ModelInput input = bundle.input();
        boolean photographs = input.resizedSide() != null;
        String mode = input.channels() == 1 ? "L" : "RGB";
        String reshape = "pixels.reshape(1, " + input.height() + ", " + input.width() + ", " + input.channels() + ")";
        String prepare = input.form() == ModelInput.Form.PIXELS
                ? "images = " + reshape + "  # uint8 (N, H, W, C); the graph normalises"
                : """
                        mean = np.array(%s, dtype=np.float32)
                        std = np.array(%s, dtype=np.float32)
                        images = (%s.astype(np.float32) / 255 - mean) / std
                        images = np.ascontiguousarray(images.transpose(0, 3, 1, 2))  # float32 (N, C, H, W)"""
                        .formatted(Arrays.toString(input.mean()), Arrays.toString(input.std()), reshape);
        return """

                ## Use

                Input `%s`, outputs `probabilities` and `logits`, float32 (N, %d). `labels.txt` names the classes by label.

                ```python
                import numpy as np
                import onnxruntime as ort
                from PIL import %s

                session = ort.InferenceSession("model.onnx")
                labels = open("labels.txt", encoding="utf-8").read().splitlines()
                %s
                %s
                probabilities = session.run(["probabilities"], {"%s": images})[0][0]
                print(labels[probabilities.argmax()], probabilities.max())
                ```

                The folder above this one is a Triton model (`config.pbtxt`), and its parent a model repository for Triton,
                KServe or DJL Serving.
                """
                .formatted(
                        input.form().inputName(),
                        bundle.classes().size(),
                        photographs ? "Image, ImageOps" : "Image",
                        photographs ? centre(input) : whole(input, mode),
                        prepare,
                        input.form().inputName());
    }

    private static String whole(ModelInput input, String mode) {
        return "pixels = np.asarray(Image.open(\"image.png\").convert(\"" + mode + "\").resize((" + input.width() + ", "
                + input.height() + ")))";
    }

    /** The evaluation's view, to a grey level or two. */
    private static String centre(ModelInput input) {
        return """
                image = ImageOps.exif_transpose(Image.open("image.jpg")).convert("RGB")
                side, size = %d, %d
                width, height = (max(side, side * length // min(image.size)) for length in image.size)
                left, top = round((width - size) / 2), round((height - size) / 2)
                image = image.resize((width, height), Image.Resampling.BILINEAR)
                pixels = np.asarray(image.crop((left, top, left + size, top + size)))"""
                .formatted(input.resizedSide(), input.height());
    }
}
