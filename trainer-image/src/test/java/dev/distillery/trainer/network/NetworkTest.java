package dev.distillery.trainer.network;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

class NetworkTest {
    private final NetworkBuilder net = new NetworkBuilder();

    @Test
    void aBranchMayBeAddedToWhatItBranchedFrom() {
        assertThatCode(() -> residual(input -> net.sum(branch(input), input))).doesNotThrowAnyException();
    }

    @Test
    void aSumMayNotOverwriteWhatItsBranchReads() {
        assertThatThrownBy(() -> residual(input -> net.sum(input, branch(input))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("overwrites value 2");
    }

    @Test
    void aReluMayNotOverwriteWhatASumReadsLater() {
        assertThatThrownBy(() -> residual(input -> {
                    int branch = branch(input);
                    net.relu(branch);
                    return net.sum(branch(input), branch);
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("overwrites value 4");
    }

    private int branch(int input) {
        return net.convolutionNorm(input, "branch.conv", 4, 4, 3, 1, false);
    }

    private Network residual(IntUnaryOperator block) {
        int stem = net.convolutionNormRelu(Network.IMAGE, "stem.conv", 1, 4, 3, 1);
        net.classifier(block.applyAsInt(stem), 4, 2);
        return new Network("test", 1, 8, 8, 2, net.ops());
    }
}
