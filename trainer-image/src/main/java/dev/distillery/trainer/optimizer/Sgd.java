package dev.distillery.trainer.optimizer;

import dev.distillery.trainer.network.ParameterSpec;
import dev.distillery.trainer.torchscript.Script;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code g += weightDecay·w; v = momentum·v + g; w −= rate·(nesterov ? g + momentum·v : v)}: PyTorch's form, in which a
 * change of the rate needs no correction of v. Buffers start at 0, which equals PyTorch's first step without dampening.
 *
 * @param momentum 0 up to, not including, 1
 */
public record Sgd(double momentum, boolean nesterov, double weightDecay) {
    /** What {@link #append} reads besides the parameters. */
    public static final List<String> ARGUMENTS = List.of("md: List[Tensor]", "mn: List[Tensor]", "rate: float");

    /**
     * Updates all parameters in place.
     *
     * @param gradients name of the float32 gradient by parameter name
     * @param scale name of a float argument that the gradients are multiplied with, or null
     * @return name of a float32 scalar, 1 if a gradient was not finite and nothing was changed, else 0; null without scale
     */
    public String append(
            Script script, ParameterGroups groups, Map<String, String> gradients, String like, String scale) {
        String found = null;
        String inverse = null;
        if (scale != null) {
            found = script.let("torch.zeros_like(" + like + ")");
            inverse = script.let("torch.full_like(" + like + ", torch.div(1., " + scale + "))");
        }
        String withDecay = gradientList(script, groups.decayed(), gradients);
        String without = gradientList(script, groups.plain(), gradients);
        if (scale != null) {
            // All of them before the first update: one bad gradient must skip the whole step.
            unscale(script, groups.decayed(), withDecay, found, inverse);
            unscale(script, groups.plain(), without, found, inverse);
        }
        update(script, groups.decayed(), "pd", withDecay, "md", weightDecay, found);
        update(script, groups.plain(), "pn", without, "mn", 0, found);
        return found;
    }

    private static String gradientList(Script script, List<ParameterSpec> parameters, Map<String, String> gradients) {
        return parameters.isEmpty()
                ? null
                : script.let(parameters.stream()
                        .map(p -> gradients.get(p.name()))
                        .collect(Collectors.joining(", ", "[", "]")));
    }

    private static void unscale(
            Script script, List<ParameterSpec> parameters, String list, String found, String inverse) {
        if (!parameters.isEmpty()) {
            script.statement(
                    "torch._amp_foreach_non_finite_check_and_unscale_(" + list + ", " + found + ", " + inverse + ")");
        }
    }

    private void update(
            Script script,
            List<ParameterSpec> group,
            String values,
            String gradients,
            String buffers,
            double decay,
            String found) {
        if (group.isEmpty()) {
            return;
        }
        // Without momentum libtorch wants no buffers at all.
        String momentumBuffers = momentum == 0 ? script.let("annotate(List[Tensor], [])") : buffers;
        // Parameters and buffers are arguments: dead-code elimination deletes an update of a list that is built here.
        script.statement("torch._fused_sgd_(" + values + ", " + gradients + ", " + momentumBuffers
                + ", weight_decay=" + Script.literal(decay)
                + ", momentum=" + Script.literal(momentum)
                + ", lr=rate, dampening=0., nesterov=" + (nesterov ? "True" : "False")
                + ", maximize=False, is_first_step=False, grad_scale=None, found_inf="
                + (found == null ? "None" : found) + ")");
    }
}
