package dev.distillery.trainer.torchscript;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.distillery.trainer.network.ParameterSpec;
import dev.distillery.trainer.optimizer.ParameterGroups;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A network's values on the device, in the lists that its TorchScript takes. FP32, convolutions channels-last. */
final class DeviceValues implements AutoCloseable {
    private final PtNDManager manager;
    private final Map<String, PtNDArray> arrays = new LinkedHashMap<>();
    private final IValue decayed;
    private final IValue plain;
    private final IValue statistics;

    /**
     * Values of a network's parameters.
     *
     * @param statistics names of the running statistics; empty where there are none, as for momentum
     */
    DeviceValues(
            PtNDManager parent,
            TorchScriptModule module,
            ParameterGroups groups,
            List<String> statistics,
            Map<String, float[]> initial) {
        manager = (PtNDManager) parent.newSubManager();
        decayed = upload(module, groups.decayed(), initial);
        plain = upload(module, groups.plain(), initial);
        for (String name : statistics) {
            float[] value = initial.get(name);
            arrays.put(name, (PtNDArray) manager.create(value, new Shape(value.length)));
        }
        this.statistics = list(statistics);
    }

    PtNDManager manager() {
        return manager;
    }

    IValue decayed() {
        return decayed;
    }

    IValue plain() {
        return plain;
    }

    IValue statistics() {
        return statistics;
    }

    /** @return a copy of what lies on the device now */
    Map<String, float[]> download() {
        Map<String, float[]> values = new LinkedHashMap<>();
        arrays.forEach((name, array) -> {
            // Flattening a channels-last array copies it into row-major order.
            try (NDArray rows = array.flatten()) {
                values.put(name, rows.toFloatArray());
            }
        });
        return values;
    }

    @Override
    public void close() {
        decayed.close();
        plain.close();
        statistics.close();
        manager.close();
    }

    private IValue upload(TorchScriptModule module, List<ParameterSpec> specs, Map<String, float[]> initial) {
        for (ParameterSpec spec : specs) {
            PtNDArray array = (PtNDArray) manager.create(initial.get(spec.name()), new Shape(spec.shape()));
            if (spec.kind() == ParameterSpec.Kind.CONVOLUTION_WEIGHT) {
                try (PtNDArray rows = array) {
                    array = module.apply(StepScript.LAYOUT, rows);
                }
            }
            arrays.put(spec.name(), array);
        }
        return list(specs.stream().map(ParameterSpec::name).toList());
    }

    private IValue list(List<String> names) {
        return IValue.listFrom(names.stream().map(arrays::get).toArray(PtNDArray[]::new));
    }
}
