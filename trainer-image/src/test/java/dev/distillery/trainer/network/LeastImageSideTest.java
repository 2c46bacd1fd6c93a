package dev.distillery.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.Shape;
import dev.distillery.recipe.ModelFamily;
import dev.distillery.recipe.Network.Model;
import dev.distillery.trainer.blocks.BlockNetwork;
import dev.distillery.trainer.torchscript.LibTorch;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The least side that a family states is the least one at which each halving has two pixels to halve. */
class LeastImageSideTest {
    @ParameterizedTest
    @EnumSource(ModelFamily.class)
    void eachHalvingHasTwoPixels(ModelFamily family) {
        assertThat(leastHalved(family, family.leastImageSide())).isEqualTo(2);
        assertThat(leastHalved(family, family.leastImageSide() - 1)).isEqualTo(1);
    }

    /** @return the least side of what an operation with stride 2 reads */
    private static long leastHalved(ModelFamily family, int side) {
        Integer depth =
                switch (family) {
                    case RESNET_CIFAR -> 8;
                    case RESNET -> 18;
                    case MOBILENET_V2 -> null;
                };
        Network network = NetworkFamilies.build(new Model(family, depth), ResidualStyle.ORIGINAL, 3, side, side, 10);
        try (LibTorch torch = LibTorch.start(1, false)) {
            BlockNetwork blocks = new BlockNetwork(network);
            blocks.initialize(torch.manager());
            List<Shape> shapes = blocks.valueShapes();
            long least = side;
            for (Op op : network.ops()) {
                int halved = op instanceof Op.Convolution c && c.stride() == 2
                        ? c.input()
                        : op instanceof Op.MaxPool p && p.stride() == 2 ? p.input() : Network.IMAGE;
                least = halved == Network.IMAGE
                        ? least
                        : Math.min(least, shapes.get(halved).get(2));
            }
            return least;
        }
    }
}
