package dev.distillery.trainer.augment;

/**
 * A random part of a photograph (Szegedy et al. 2015, section 6): its share of the area is uniform, its ratio of width to
 * height uniform in the logarithm. What does not fit is drawn again, ten times; then the largest centred part with an
 * allowed ratio is taken. The bounds and this rule are torchvision's. Immutable and safe to share between threads.
 */
public final class RandomResizedCrop {
    /** Keeps these draws apart from those of the order and of {@link Augmentation}. */
    private static final long STREAM = 0x5245_5349_5A45_4443L;

    private static final int ATTEMPTS = 10;

    private final long seed;
    private final double minScale;
    private final double maxScale;
    private final double minRatio;
    private final double maxRatio;
    private final boolean flip;

    /**
     * @param seed the recipe's
     * @param minScale least share of the area, above 0
     * @param maxScale greatest, at most 1
     * @param minRatio least width / height, above 0
     * @param maxRatio greatest
     * @param flip whether to mirror with probability 1/2
     */
    public RandomResizedCrop(
            long seed, double minScale, double maxScale, double minRatio, double maxRatio, boolean flip) {
        if (!(minScale > 0 && minScale <= maxScale && maxScale <= 1 && minRatio > 0 && minRatio <= maxRatio)) {
            throw new IllegalArgumentException("scale " + minScale + " to " + maxScale + ", ratio " + minRatio + " to "
                    + maxRatio + "; expected 0 < minScale <= maxScale <= 1 and 0 < minRatio <= maxRatio");
        }
        this.seed = seed;
        this.minScale = minScale;
        this.maxScale = maxScale;
        this.minRatio = minRatio;
        this.maxRatio = maxRatio;
        this.flip = flip;
    }

    /**
     * What is taken of one image, in its pixels.
     *
     * @param mirrored whether left and right are exchanged
     */
    public record Draw(int left, int top, int width, int height, boolean mirrored) {}

    /** @return the part of an image of this size in this epoch; inside the image */
    public Draw draw(int epoch, int imageIndex, int imageWidth, int imageHeight) {
        long image = CounterRandom.bits(seed ^ STREAM, epoch, imageIndex);
        boolean mirrored = flip && CounterRandom.bits(image, ATTEMPTS, 0) < 0;
        double area = (double) imageWidth * imageHeight;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            double part = area * (minScale + uniform(image, attempt, 0) * (maxScale - minScale));
            // StrictMath: the same on every machine.
            double logRatio = StrictMath.log(minRatio)
                    + uniform(image, attempt, 1) * (StrictMath.log(maxRatio) - StrictMath.log(minRatio));
            double ratio = StrictMath.exp(logRatio);
            int width = (int) Math.rint(Math.sqrt(part * ratio));
            int height = (int) Math.rint(Math.sqrt(part / ratio));
            if (width > 0 && width <= imageWidth && height > 0 && height <= imageHeight) {
                int left = CounterRandom.below(CounterRandom.bits(image, attempt, 2), imageWidth - width + 1);
                int top = CounterRandom.below(CounterRandom.bits(image, attempt, 3), imageHeight - height + 1);
                return new Draw(left, top, width, height, mirrored);
            }
        }
        return centred(imageWidth, imageHeight, mirrored);
    }

    private Draw centred(int imageWidth, int imageHeight, boolean mirrored) {
        double ratio = (double) imageWidth / imageHeight;
        int width = imageWidth;
        int height = imageHeight;
        if (ratio < minRatio) {
            height = Math.max(1, Math.min(imageHeight, (int) Math.rint(width / minRatio)));
        } else if (ratio > maxRatio) {
            width = Math.max(1, Math.min(imageWidth, (int) Math.rint(height * maxRatio)));
        }
        return new Draw((imageWidth - width) / 2, (imageHeight - height) / 2, width, height, mirrored);
    }

    /** @return 53 random bits as a number in [0, 1) */
    private static double uniform(long image, int attempt, int which) {
        return (CounterRandom.bits(image, attempt, which) >>> 11) * 0x1p-53;
    }
}
