package dev.distillery.trainer.network;

import dev.distillery.recipe.ModelFamily;
import dev.distillery.recipe.Network.Model;
import dev.distillery.recipe.Tricks.ModelTweaks.Variant;
import dev.distillery.trainer.tricks.modeltweaks.ModelTweaks;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Every family at several depths and widths, original and tweaked; small images, for comparisons of renderings. */
public final class SampleNetworks {
    public static final int CLASSES = 5;

    private SampleNetworks() {}

    /** Sizes that do not halve evenly exercise the rounded-up average pool; height and width differ. */
    public static Stream<Network> all() {
        return Stream.of(
                cifar(8, 1, null, 1, 14),
                cifar(8, 4, null, 3, 9),
                cifar(14, 0.5, Variant.B, 3, 13),
                cifar(20, 1, Variant.D, 3, 15),
                imageNet(18, 0.5, null),
                imageNet(18, 0.25, Variant.C),
                imageNet(34, 0.25, Variant.D),
                imageNet(50, 0.25, null),
                imageNet(50, 0.125, Variant.B),
                imageNet(50, 0.125, Variant.C),
                imageNet(50, 0.25, Variant.D),
                imageNet(101, 0.125, Variant.D),
                mobile(1, false),
                mobile(0.35, true),
                mobile(1.4, true));
    }

    /**
     * Weights to start from, with γ and β off their neutral values.
     *
     * @param branchGamma about the γ of the norms that end a residual branch: at 0 nothing flows back into the branch; the
     *     larger, the more a deep network on few images enlarges every rounding error
     */
    public static Weights start(Network network, long seed, double branchGamma) {
        SplittableRandom random = new SplittableRandom(seed);
        Set<Integer> branchEnds = new HashSet<>();
        for (Op op : network.ops()) {
            if (op instanceof Op.Add a) {
                branchEnds.add(a.left());
            }
        }
        Map<String, float[]> values =
                new LinkedHashMap<>(Weights.initial(network, random).values());
        for (int i = 0; i < network.ops().size(); i++) {
            if (network.ops().get(i) instanceof Op.BatchNorm norm) {
                double gamma = branchEnds.contains(i) ? branchGamma : 1;
                values.put(norm.name() + ".weight", around(gamma, 0.3 * gamma, norm.channels(), random));
                values.put(norm.name() + ".bias", around(0, 0.1, norm.channels(), random));
            }
        }
        return new Weights(values);
    }

    /**
     * Images with colours and waves of their own, {@code (count, H, W, C) uint8}. White noise would not do: deep in a
     * network all its images look alike, and batch norm blows what little differs up to the size of a rounding error.
     */
    public static ByteBuffer images(Network network, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer pixels = ByteBuffer.allocateDirect(count * network.height() * network.width() * network.channels());
        for (int i = 0; i < count; i++) {
            double down = random.nextDouble(0.1, 0.9);
            double across = random.nextDouble(0.1, 0.9);
            double[] shade = random.doubles(network.channels(), 60, 180).toArray();
            for (int y = 0; y < network.height(); y++) {
                for (int x = 0; x < network.width(); x++) {
                    for (double grey : shade) {
                        double wave = 50 * Math.cos(down * y + across * x + grey);
                        pixels.put((byte) (grey + wave + random.nextInt(20) - 10));
                    }
                }
            }
        }
        return pixels.flip();
    }

    private static float[] around(double centre, double reach, int size, SplittableRandom random) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (centre + reach * (2 * random.nextDouble() - 1));
        }
        return values;
    }

    private static Network cifar(int depth, double width, Variant variant, int channels, int side) {
        Model model = new Model(ModelFamily.RESNET_CIFAR, depth, width);
        return NetworkFamilies.build(model, style(variant), channels, side, side + 1, CLASSES);
    }

    private static Network imageNet(int depth, double width, Variant variant) {
        return NetworkFamilies.build(new Model(ModelFamily.RESNET, depth, width), style(variant), 3, 37, 40, CLASSES);
    }

    private static Network mobile(double width, boolean zeroGamma) {
        ResidualStyle style = zeroGamma ? style(Variant.D) : ResidualStyle.ORIGINAL;
        return NetworkFamilies.build(new Model(ModelFamily.MOBILENET_V2, null, width), style, 3, 37, 40, CLASSES);
    }

    private static ResidualStyle style(Variant variant) {
        return variant == null ? ResidualStyle.ORIGINAL : new ModelTweaks(variant, true);
    }
}
