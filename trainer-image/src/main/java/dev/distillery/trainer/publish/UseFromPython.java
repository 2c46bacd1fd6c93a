package dev.distillery.trainer.publish;

import java.util.Arrays;

/** The model card's last section: how to call the model from ONNX Runtime in Python, with the right preprocessing. */
final class UseFromPython {
    private UseFromPython() {}

    static String render(Bundle bundle) {
        ModelInput input = bundle.input();
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
                from PIL import Image

                session = ort.InferenceSession("model.onnx")
                labels = open("labels.txt", encoding="utf-8").read().splitlines()
                pixels = np.asarray(Image.open("image.png").convert("%s").resize((%d, %d)))
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
                        mode,
                        input.width(),
                        input.height(),
                        prepare,
                        input.form().inputName());
    }
}
