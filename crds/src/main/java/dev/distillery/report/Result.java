package dev.distillery.report;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * The figures of a finished recipe.
 *
 * @param top1 of the exported ONNX in ONNX Runtime on the validation images, 0 to 1
 * @param teacherTop1 null without distillation
 * @param parityError greatest |Δlogit| between ONNX Runtime and the trainer's FP32 network
 * @param agreement share of validation images with the same top-1 on both sides
 * @param parameters trained values of the student
 * @param teacherParameters null without distillation
 * @param onnxBytes size of {@code model.onnx}
 * @param latencyMillisP50 one image, one thread, ONNX Runtime on the trainer's machine
 * @param trainSeconds wall time of the student's training
 * @param int8 null unless the recipe asks for INT8 and ONNX Runtime takes it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Result(
        double top1,
        Double teacherTop1,
        double parityError,
        double agreement,
        long parameters,
        Long teacherParameters,
        long onnxBytes,
        double latencyMillisP50,
        double trainSeconds,
        Int8 int8) {

    /**
     * The same model quantised, measured on the same images and machine.
     *
     * @param published false if it lost more top-1 than the recipe allows
     */
    public record Int8(double top1, long onnxBytes, double latencyMillisP50, boolean published) {}
}
