package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/** Measured on the validation images, ONNX Runtime against the trainer's FP32 network. What fails is not published. */
public record Gate(
        @Default("0") @Min(0) @Max(1) @JsonPropertyDescription("Least top-1 of the exported model, 0 to 1.")
                double minTop1,
        @Default("0.0001") @Min(0) @JsonPropertyDescription("Greatest difference of a logit allowed.")
                double maxParityError,
        @Default("0.999")
                @Min(0)
                @Max(1)
                @JsonPropertyDescription("Least share of images with the same top-1 on both sides.")
                double minAgreement,
        @Min(0)
                @JsonPropertyDescription(
                        "Greatest median latency in milliseconds of one image, one thread, ONNX Runtime on the trainer's machine. Absent: any.")
                Double maxLatencyMs,
        @Min(0)
                @Max(1)
                @JsonPropertyDescription(
                        "Greatest loss of top-1 by INT8, 0 to 1. Given: the model is quantised too, and model-int8.onnx published beside model.onnx if it loses no more; else a warning says so. Absent: no INT8.")
                Double maxQuantizationDrop) {}
