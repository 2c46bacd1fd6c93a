package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;

/** ONNX opset 17, dynamic batch, batch norm folded into the convolutions. */
public record Export(
        @Default("true")
                @JsonPropertyDescription(
                        "true: input `images` uint8 (N,H,W,C), normalised inside the graph. false: input `input` float32 (N,C,H,W), normalised by the caller.")
                boolean embedPreprocessing) {}
