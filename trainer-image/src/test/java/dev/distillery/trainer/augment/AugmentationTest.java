package dev.distillery.trainer.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AugmentationTest {
    private static final long SEED = 7;
    private static final int IMAGES = 40;

    @ParameterizedTest
    @CsvSource({
        "0,false,5,7,1",
        "0,true,5,7,3",
        "2,false,5,7,3",
        "4,true,28,28,1",
        "4,true,6,5,3",
        "9,true,3,4,2",
        "64,true,1,1,1"
    })
    void matchesThePerPixelDefinition(int crop, boolean flip, int height, int width, int channels) {
        byte[] source = pixels(IMAGES * height * width * channels);
        Augmentation augmentation = new Augmentation(SEED, crop, flip, height, width, channels);
        for (int index = 0; index < IMAGES; index++) {
            byte[] got = apply(augmentation, source, height * width * channels, 3, index);
            assertThat(got).isEqualTo(naive(augmentation.draw(3, index), source, index, height, width, channels));
        }
    }

    @Test
    void withoutCropAndFlipImagesStayAsTheyAre() {
        byte[] source = pixels(IMAGES * 48);
        Augmentation identity = new Augmentation(SEED, 0, false, 4, 4, 3);
        for (int index = 0; index < IMAGES; index++) {
            byte[] image = Arrays.copyOfRange(source, index * 48, (index + 1) * 48);
            assertThat(apply(identity, source, 48, 1, index)).isEqualTo(image);
        }
    }

    @Test
    void drawsDependOnSeedEpochAndImageAlone() {
        Augmentation one = new Augmentation(SEED, 4, true, 8, 8, 1);
        Augmentation same = new Augmentation(SEED, 4, true, 32, 32, 3);
        Augmentation other = new Augmentation(SEED + 1, 4, true, 8, 8, 1);
        assertThat(IntStream.range(0, 100).mapToObj(i -> one.draw(2, i)))
                .containsExactlyElementsOf(
                        IntStream.range(0, 100).mapToObj(i -> same.draw(2, i)).toList());
        assertThat(agreements(one, 2, other, 2)).isLessThan(30);
        assertThat(agreements(one, 2, one, 3)).isLessThan(30);
    }

    /** Frequencies of 60,000 draws; five standard deviations of a binomial share are allowed. */
    @Test
    void offsetsAndFlipsAreUniform() {
        int draws = 60_000;
        Augmentation augmentation = new Augmentation(SEED, 4, true, 32, 32, 3);
        int[][] places = new int[9][9];
        int mirrored = 0;
        int mirroredAtOrigin = 0;
        for (int index = 0; index < draws; index++) {
            Augmentation.Draw draw = augmentation.draw(1, index);
            places[draw.rowShift() + 4][draw.columnShift() + 4]++;
            mirrored += draw.mirrored() ? 1 : 0;
            mirroredAtOrigin += draw.mirrored() && draw.rowShift() == 0 ? 1 : 0;
        }
        double cell = draws / 81.0;
        for (int[] row : places) {
            for (int count : row) {
                assertThat((double) count).isBetween(cell - 5 * Math.sqrt(cell), cell + 5 * Math.sqrt(cell));
            }
        }
        assertThat(mirrored).isBetween(30_000 - 613, 30_000 + 613);
        assertThat(mirroredAtOrigin).isBetween(3_333 - 289, 3_333 + 289);
    }

    @Test
    void refusesSizesThatMakeNoImage() {
        assertThatThrownBy(() -> new Augmentation(SEED, -1, true, 8, 8, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("crop -1");
    }

    private static long agreements(Augmentation one, int oneEpoch, Augmentation other, int otherEpoch) {
        return IntStream.range(0, 1000)
                .filter(i -> one.draw(oneEpoch, i).equals(other.draw(otherEpoch, i)))
                .count();
    }

    private static byte[] apply(Augmentation augmentation, byte[] source, int bytes, int epoch, int index) {
        ByteBuffer target = ByteBuffer.allocateDirect(3 * bytes);
        augmentation.apply(source, index * bytes, target, bytes, epoch, index);
        byte[] all = new byte[3 * bytes];
        target.get(0, all);
        for (int i = 0; i < bytes; i++) {
            assertThat(all[i] | all[2 * bytes + i])
                    .as("neighbours are left alone")
                    .isZero();
        }
        return Arrays.copyOfRange(all, bytes, 2 * bytes);
    }

    private static byte[] naive(Augmentation.Draw draw, byte[] source, int index, int height, int width, int channels) {
        byte[] image = new byte[height * width * channels];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int fromX = (draw.mirrored() ? width - 1 - x : x) + draw.columnShift();
                int fromY = y + draw.rowShift();
                boolean inside = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height;
                for (int c = 0; c < channels && inside; c++) {
                    image[(y * width + x) * channels + c] =
                            source[((index * height + fromY) * width + fromX) * channels + c];
                }
            }
        }
        return image;
    }

    private static byte[] pixels(int bytes) {
        byte[] pixels = new byte[bytes];
        new Random(1).nextBytes(pixels);
        for (int i = 0; i < bytes; i++) {
            pixels[i] |= 1;
        }
        return pixels;
    }
}
