package dev.distillery.trainer.optimizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distillery.trainer.golden.Exactness;
import dev.distillery.trainer.golden.GoldenFile;
import dev.distillery.trainer.golden.GoldenInputs;
import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.Op;
import dev.distillery.trainer.network.ParameterSpec;
import dev.distillery.trainer.network.Weights;
import dev.distillery.trainer.torchscript.UpdateProbe;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against {@code torch.optim.SGD} with two groups: 50 steps, another rate in each. */
class SgdGoldenTest {
    private static final double TOLERANCE = 1e-6;
    private static final int INPUTS = 20;
    private static final int OUTPUTS = 6;
    private static final Network LINEAR =
            new Network("linear", 1, 1, INPUTS, OUTPUTS, List.of(new Op.Linear(Network.IMAGE, "fc", INPUTS, OUTPUTS)));
    private static final DecayRule WEIGHT_ONLY = p -> p.kind() == ParameterSpec.Kind.LINEAR_WEIGHT;

    static Stream<GoldenFile.Case> cases() {
        return GoldenFile.read("sgd").cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void stepsArePyTorchs(GoldenFile.Case golden) {
        JsonNode rates = GoldenFile.read("sgd").root().get("rates");
        Sgd optimizer = new Sgd(
                golden.number("momentum"), golden.json().get("nesterov").asBoolean(), golden.number("weightDecay"));
        Weights start = new Weights(values("sgd.weight", "sgd.bias"));
        try (UpdateProbe probe = new UpdateProbe(LINEAR, start, optimizer, WEIGHT_ONLY)) {
            int step = 0;
            for (JsonNode node : golden.json().get("after")) {
                GoldenFile.Case after = new GoldenFile.Case(node);
                for (; step < after.integer("steps"); step++) {
                    probe.step(
                            values("sgd.weight.gradient." + step, "sgd.bias.gradient." + step),
                            rates.get(step).asDouble());
                }
                String which = golden.name() + " after " + step;
                double weight = after.summary("weight").error(probe.weights().get("fc.weight"));
                double bias = after.summary("bias").error(probe.weights().get("fc.bias"));
                Exactness.assertWithin("SGD: decayed group", which, weight, TOLERANCE);
                Exactness.assertWithin("SGD: group without decay", which, bias, TOLERANCE);
            }
        }
    }

    private static Map<String, float[]> values(String weight, String bias) {
        return Map.of(
                "fc.weight",
                GoldenInputs.uniform(weight, INPUTS * OUTPUTS, -1, 1),
                "fc.bias",
                GoldenInputs.uniform(bias, OUTPUTS, -1, 1));
    }
}
