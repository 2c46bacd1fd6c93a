package dev.distillery.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResamplerTest {
    /** Weights of 12 bits against Pillow's 22; each direction rounds once. */
    private static final int ROUNDING = 1;

    private final RgbImage scene = Golden.read("scene.png");

    @ParameterizedTest
    @CsvSource({"32,32", "150,120", "97,20", "5,3"})
    void scalesAsPillowDoes(int width, int height) {
        RgbImage scaled = new RgbImage(width, height, CropView.stretch(scene, width, height));
        Golden.assertClose(scaled, Golden.expected("scaled-" + width + "x" + height), ROUNDING);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCropIsScaledAsIfItHadBeenCutOutFirst(boolean mirrored) {
        byte[] pixels = new byte[32 * 32 * 3];
        CropView.write(scene, 1, new CropView.Crop(21, 8, 47, 33, mirrored), pixels, 0, 32);
        Golden.assertClose(
                new RgbImage(32, 32, pixels),
                Golden.expected("crop-21-8-47-33" + (mirrored ? "-mirrored" : "")),
                ROUNDING);
    }

    @Test
    void evaluationResizesTheShorterSideAndTakesTheCentre() {
        Golden.assertClose(evaluation(scene), Golden.expected("evaluation-37-32"), ROUNDING);
        RgbImage upright = Orientation.ROTATED_270.apply(scene);
        Golden.assertClose(evaluation(upright), Golden.expected("evaluation-37-32-upright"), ROUNDING);
    }

    @Test
    void aReducedDecodeIsAsGoodAsAWholeOne() throws BadImageException {
        byte[] file = Golden.file("large.jpg");
        ImageHeader header = ImageHeader.read(file);
        List<JpegDecoder> here = Stream.concat(Stream.of(new JdkJpegDecoder()), TurboJpegDecoder.load().stream())
                .toList();
        for (JpegDecoder decoder : here) {
            byte[] pixels = new byte[32 * 32 * 3];
            new EvaluationView(37, 32).write(new ImageDecoder(decoder), file, header, pixels, 0);
            Golden.assertClose(new RgbImage(32, 32, pixels), Golden.expected("evaluation-37-32-large"), 3);
        }
    }

    @Test
    void theViewsSizesFollowFromTheNetworks() {
        assertThat(EvaluationView.of(224)).isEqualTo(new EvaluationView(256, 224));
        assertThat(EvaluationView.of(32)).isEqualTo(new EvaluationView(37, 32));
    }

    @Test
    void aFlatImageStaysFlatAtAnySize() {
        byte[] flat = new byte[401 * 7 * 3];
        Arrays.fill(flat, (byte) 201);
        for (int size : new int[] {1, 3, 7, 400, 900}) {
            byte[] scaled = CropView.stretch(new RgbImage(401, 7, flat), size, size);
            for (byte sample : scaled) {
                assertThat(sample & 0xff).isEqualTo(201);
            }
        }
    }

    @Test
    void extremeValuesDoNotSpillIntoOtherChannels() {
        Random random = new Random(3);
        byte[] pixels = new byte[64 * 64 * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i % 3 == 1 ? 0 : 255 - random.nextInt(2));
        }
        byte[] scaled = CropView.stretch(new RgbImage(64, 64, pixels), 9, 9);
        for (int i = 0; i < scaled.length; i += 3) {
            assertThat(scaled[i] & 0xff).isGreaterThanOrEqualTo(254);
            assertThat(scaled[i + 1]).isZero();
            assertThat(scaled[i + 2] & 0xff).isGreaterThanOrEqualTo(254);
        }
    }

    private static RgbImage evaluation(RgbImage image) {
        byte[] pixels = new byte[32 * 32 * 3];
        new EvaluationView(37, 32).write(image, image.width(), image.height(), pixels, 0);
        return new RgbImage(32, 32, pixels);
    }
}
