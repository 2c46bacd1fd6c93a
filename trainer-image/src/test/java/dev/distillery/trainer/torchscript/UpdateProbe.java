package dev.distillery.trainer.torchscript;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.ParameterSpec;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.optimizer.DecayRule;
import dev.distillery.trainer.optimizer.ParameterGroups;
import dev.distillery.trainer.optimizer.Sgd;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The optimizer's script alone, on gradients that the caller gives. */
public final class UpdateProbe implements AutoCloseable {
    private final LibTorch torch = LibTorch.start(2, false);
    private final List<ParameterSpec> parameters;
    private final TorchScriptModule module;
    private final DeviceValues values;
    private final DeviceValues momentum;

    public UpdateProbe(Network network, Weights start, Sgd optimizer, DecayRule rule) {
        parameters = network.parameters();
        ParameterGroups groups = new ParameterGroups(network, rule);
        List<String> arguments = new ArrayList<>(ParameterGroups.ARGUMENTS);
        arguments.addAll(Sgd.ARGUMENTS);
        arguments.add("g: List[Tensor]");
        Script script = new Script("update", arguments, "Tensor");
        Map<String, String> gradients = new HashMap<>();
        Map<String, float[]> zeros = new HashMap<>();
        for (int i = 0; i < parameters.size(); i++) {
            gradients.put(parameters.get(i).name(), "g[" + i + "]");
            zeros.put(parameters.get(i).name(), new float[parameters.get(i).size()]);
        }
        optimizer.append(script, groups, gradients, null, null);
        module = TorchScriptModule.compile(torch.manager(), List.of(StepScript.layout(), script.returning("g[0]")));
        values = new DeviceValues(torch.manager(), module, groups, Weights.statisticNames(network), start.values());
        momentum = new DeviceValues(torch.manager(), module, groups, List.of(), zeros);
    }

    /** @param gradients by parameter name */
    public void step(Map<String, float[]> gradients, double rate) {
        try (PtNDManager scope = (PtNDManager) torch.manager().newSubManager()) {
            PtNDArray[] arrays = parameters.stream()
                    .map(p -> (PtNDArray) scope.create(gradients.get(p.name()), new Shape(p.shape())))
                    .toArray(PtNDArray[]::new);
            try (IValue list = IValue.listFrom(arrays);
                    IValue eta = IValue.from(rate)) {
                module.call(
                        scope,
                        "update",
                        values.decayed(),
                        values.plain(),
                        momentum.decayed(),
                        momentum.plain(),
                        eta,
                        list);
            }
        }
    }

    public Weights weights() {
        return new Weights(values.download());
    }

    @Override
    public void close() {
        momentum.close();
        values.close();
        module.close();
        torch.close();
    }
}
