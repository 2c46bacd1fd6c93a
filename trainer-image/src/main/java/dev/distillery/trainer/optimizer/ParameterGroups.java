package dev.distillery.trainer.optimizer;

import dev.distillery.trainer.network.Network;
import dev.distillery.trainer.network.ParameterSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A network's parameters in two lists, with and without weight decay, each in the network's order. TorchScript gets them
 * as the arguments {@code pd} and {@code pn}, their momentum buffers as {@code md} and {@code mn}.
 */
public final class ParameterGroups {
    /** The arguments of a method that uses {@link #reference}. */
    public static final List<String> ARGUMENTS = List.of("pd: List[Tensor]", "pn: List[Tensor]");

    private final List<ParameterSpec> decayed;
    private final List<ParameterSpec> plain;
    private final Map<String, String> references = new HashMap<>();

    public ParameterGroups(Network network, DecayRule rule) {
        decayed = network.parameters().stream().filter(rule::decays).toList();
        plain = network.parameters().stream().filter(p -> !rule.decays(p)).toList();
        for (int i = 0; i < decayed.size(); i++) {
            references.put(decayed.get(i).name(), "pd[" + i + "]");
        }
        for (int i = 0; i < plain.size(); i++) {
            references.put(plain.get(i).name(), "pn[" + i + "]");
        }
    }

    public List<ParameterSpec> decayed() {
        return decayed;
    }

    public List<ParameterSpec> plain() {
        return plain;
    }

    /** @return the TorchScript expression of a parameter */
    public String reference(String name) {
        return references.get(name);
    }
}
