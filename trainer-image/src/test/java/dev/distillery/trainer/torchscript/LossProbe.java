package dev.distillery.trainer.torchscript;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.distillery.trainer.loss.Loss;
import java.util.List;

/** A loss run by libtorch on given logits. */
public record LossProbe(double loss, float[] gradient) {

    /** @param logits and teacher logits {@code (N, classes)} row-major */
    public static LossProbe run(Loss loss, float[] logits, long[] labels, float[] teacherLogits, int classes) {
        Script script = new Script("probe", List.of("z: Tensor", "y: Tensor", "t: Tensor"), "List[Tensor]");
        Loss.Gradient gradient = loss.append(script, new Loss.Batch("z", "y", "t", classes));
        String method = script.returning("[" + gradient.loss() + ", " + gradient.logitsGradient() + "]");
        try (LibTorch torch = LibTorch.start(2, false);
                TorchScriptModule module = TorchScriptModule.compile(torch.manager(), List.of(method))) {
            PtNDManager manager = torch.manager();
            Shape shape = new Shape(labels.length, classes);
            try (IValue z = IValue.from((PtNDArray) manager.create(logits, shape));
                    IValue y = IValue.from((PtNDArray) manager.create(labels));
                    IValue t = IValue.from((PtNDArray) manager.create(teacherLogits, shape))) {
                NDList result = module.call(manager, "probe", z, y, t);
                return new LossProbe(result.get(0).getFloat(), result.get(1).toFloatArray());
            }
        }
    }
}
