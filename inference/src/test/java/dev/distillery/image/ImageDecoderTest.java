package dev.distillery.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both JPEG decoders, and PNG, against Pillow. */
class ImageDecoderTest {
    /** libjpeg-turbo is what Pillow decodes with too; CMYK may round once more. */
    private static final int SAME_LIBRARY = 1;
    /** The JDK's libjpeg is of 1998 and rounds the transform otherwise. */
    private static final int OTHER_LIBRARY = 3;

    /** Where a PNG states it. */
    private static final int BIT_DEPTH = 24;

    private static final JpegDecoder JDK = new JdkJpegDecoder();

    /** The JDK's, and libjpeg-turbo where this machine has it, as the one that builds the project has. */
    private static final List<JpegDecoder> HERE =
            Stream.concat(Stream.of(JDK), TurboJpegDecoder.load().stream()).toList();

    static Stream<Arguments> jpegs() {
        return HERE.stream().flatMap(decoder -> names().map(name -> Arguments.of(decoder, name)));
    }

    private static Stream<String> names() {
        return Stream.concat(
                Stream.of(
                        "baseline.jpg",
                        "progressive.jpg",
                        "grey.jpg",
                        "cmyk.jpg",
                        "ycck.jpg",
                        "ycck-420.jpg",
                        "rgb.jpg"),
                IntStream.rangeClosed(1, 8).mapToObj(i -> "orientation-" + i + ".jpg"));
    }

    @ParameterizedTest
    @MethodSource("jpegs")
    void readsWhatPillowReads(JpegDecoder decoder, String name) throws BadImageException {
        int most = decoder == JDK ? OTHER_LIBRARY : SAME_LIBRARY;
        Golden.assertClose(decode(decoder, Golden.file(name)), Golden.expected(name), most);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "grey.png",
                "grey16.png",
                "palette.png",
                "alpha.png",
                "grey-alpha.png",
                "orientation-6.png",
                "scene.png"
            })
    void pngsOfAnyKindBecomeRgb(String name) throws BadImageException {
        RgbImage expected = name.equals("scene.png") ? Golden.read(name) : Golden.expected(name);
        Golden.assertClose(decode(JDK, Golden.file(name)), expected, name.contains("alpha") ? 1 : 0);
    }

    static Stream<String> pngKinds() {
        return Golden.names("png").filter(name -> !name.endsWith(".expected.png"));
    }

    /** Transparency is rounded twice where it has 16 bits: when it is scaled, and when it is laid on white. */
    @ParameterizedTest
    @MethodSource("pngKinds")
    void aPngOfAnyDepthInterlacedOrWithTransparencyBecomesWhatItsSamplesSay(String name) throws BadImageException {
        RgbImage expected = Golden.expected(name.replace(".interlaced", ""));
        Golden.assertClose(decode(JDK, Golden.file(name)), expected, name.contains("16-alpha") ? 1 : 0);
    }

    @Test
    void sixteenBitColourIsScaledToEight() throws Exception {
        RgbImage scene = Golden.read("scene.png");
        WritableRaster samples =
                Raster.createInterleavedRaster(DataBuffer.TYPE_USHORT, scene.width(), scene.height(), 3, null);
        for (int i = 0; i < scene.pixels().length; i++) {
            int pixel = i / 3;
            int sixteenBits = (scene.pixels()[i] & 0xff) * 257;
            samples.setSample(pixel % scene.width(), pixel / scene.width(), i % 3, sixteenBits);
        }
        ColorModel model = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false, Transparency.OPAQUE, DataBuffer.TYPE_USHORT);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(model, samples, false, null), "png", png);
        assertThat(png.toByteArray()[BIT_DEPTH]).isEqualTo((byte) 16);
        Golden.assertClose(decode(JDK, png.toByteArray()), scene, 0);
    }

    @Test
    void theFormatIsTakenFromTheContentAndSidesFromTheOrientation() throws BadImageException {
        ImageHeader turned = ImageHeader.read(Golden.file("orientation-6.jpg"));
        assertThat(turned.format()).isEqualTo(ImageHeader.Format.JPEG);
        assertThat(List.of(turned.width(), turned.height(), turned.uprightWidth(), turned.uprightHeight()))
                .containsExactly(24, 16, 16, 24);
        assertThat(ImageHeader.read(Golden.file("orientation-6.png")).orientation())
                .isEqualTo(Orientation.ROTATED_90);
    }

    /** libjpeg would guess, and say so. */
    @ParameterizedTest
    @ValueSource(strings = {"cmyk.jpg", "ycck.jpg"})
    void anUnknownKindOfFourComponentsIsRefusedByBothDecoders(String name) {
        byte[] jpeg = Golden.file(name);
        jpeg[lastIndexOf(jpeg, "Adobe".getBytes(StandardCharsets.US_ASCII)) + 11] = 1;
        for (JpegDecoder decoder : HERE) {
            refused(decoder, jpeg, "broken");
        }
    }

    @Test
    void aTruncatedInterlacedPngIsRefused() {
        byte[] png = Golden.file("png/rgb-8.interlaced.png");
        refused(JDK, Arrays.copyOf(png, png.length * 2 / 3), "broken");
    }

    @Test
    void brokenFilesAreRefusedByBothDecoders() {
        byte[] whole = Golden.file("baseline.jpg");
        byte[] truncated = Arrays.copyOf(whole, whole.length * 2 / 3);
        byte[] png = Golden.file("scene.png");
        byte[] spoilt = png.clone();
        Arrays.fill(spoilt, png.length / 2, png.length / 2 + 40, (byte) 0x55);
        for (JpegDecoder decoder : HERE) {
            refused(decoder, truncated, "broken");
            refused(decoder, Arrays.copyOf(whole, 40), "truncated");
            refused(decoder, Arrays.copyOf(png, png.length - 600), "broken");
            refused(decoder, Arrays.copyOf(png, 20), "truncated");
            refused(decoder, spoilt, "broken");
            refused(decoder, new byte[0], "empty");
            refused(decoder, "<html>".getBytes(StandardCharsets.US_ASCII), "no JPEG or PNG");
        }
    }

    /** A file of 60 bytes that claims 40,000 · 40,000 pixels is refused by its header, before memory is taken. */
    @Test
    void aDecompressionBombIsRefusedByItsHeader() {
        byte[] png = Golden.file("grey.png");
        ByteBuffer.wrap(png).putInt(16, 40_000).putInt(20, 40_000);
        assertThatThrownBy(() -> ImageHeader.read(png))
                .hasMessageContaining("40000x40000")
                .hasMessageContaining("100000000");
        byte[] jpeg = Golden.file("baseline.jpg");
        int frame = IntStream.range(0, jpeg.length)
                .filter(i -> jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) 0xC0)
                .findFirst()
                .orElseThrow();
        ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) 60_000).putShort(frame + 7, (short) 60_000);
        assertThatThrownBy(() -> ImageHeader.read(jpeg)).hasMessageContaining("60000x60000");
    }

    @Test
    void asManyScansAsAreAllowedAreDecodedByBothDecoders() throws BadImageException {
        byte[] jpeg = withScans(Golden.file("progressive.jpg"), JpegScans.MOST);
        for (JpegDecoder decoder : HERE) {
            Golden.assertClose(decode(decoder, jpeg), Golden.expected("progressive.jpg"), OTHER_LIBRARY);
        }
    }

    @Test
    void aJpegOfThousandsOfScansIsRefusedByItsHeader() {
        assertThatThrownBy(() -> ImageHeader.read(withScans(Golden.file("progressive.jpg"), 501)))
                .isInstanceOf(BadImageException.class)
                .hasMessage("a JPEG of 501 scans; at most 500 are decoded, save it again as baseline or progressive");
        assertThatThrownBy(() -> ImageHeader.read(withScans(Golden.file("progressive.jpg"), 20_000)))
                .hasMessageContaining("20000 scans");
    }

    /** Decoders that wait for a restart marker pass over one that is none, and find what lies behind it. */
    @Test
    void scansBehindAnUnknownMarkerCount() {
        byte[] jpeg = withScans(Golden.file("progressive.jpg"), 501);
        int scan = lastIndexOf(jpeg, EMPTY_SCAN) - 400 * EMPTY_SCAN.length;
        byte[] hidden = Arrays.copyOf(jpeg, jpeg.length + 4);
        System.arraycopy(jpeg, scan, hidden, scan + 4, jpeg.length - scan);
        ByteBuffer.wrap(hidden).putInt(scan, 0xFF02FFFF);
        assertThatThrownBy(() -> ImageHeader.read(hidden)).hasMessageContaining("501 scans");
    }

    /** Luma's first AC coefficients once more: of 48 blocks, none has any. */
    private static final byte[] EMPTY_SCAN = HexFormat.of().parseHex("ffda" + "0008" + "01" + "0100" + "013f00" + "43");

    /** An AC table of one code, 0: 32 blocks and as many as the next five bits say have no more coefficients. */
    private static final byte[] EMPTY_TABLE =
            HexFormat.of().parseHex("ffc4" + "0014" + "10" + "01" + "00".repeat(15) + "50");

    /** Adds empty scans at the end, so that there are {@code count}. */
    private static byte[] withScans(byte[] progressive, int count) {
        ByteArrayOutputStream more = new ByteArrayOutputStream();
        more.write(progressive, 0, progressive.length - 2);
        more.writeBytes(EMPTY_TABLE);
        for (int scan = scans(progressive); scan < count; scan++) {
            more.writeBytes(EMPTY_SCAN);
        }
        more.write(progressive, progressive.length - 2, 2);
        return more.toByteArray();
    }

    /** A marker without a length (TEM), and behind it, for who takes the next bytes for one, another picture's header. */
    @Test
    void aHeaderThatDecodersReadOtherwiseIsRefused() {
        byte[] inner = Golden.file("baseline.jpg");
        byte[] two = new byte[4 + 65_535 + inner.length];
        byte[] start = HexFormat.of().parseHex("ffd8" + "ff01" + "ffff");
        System.arraycopy(start, 0, two, 0, start.length);
        System.arraycopy(inner, 2, two, 4 + 65_535, inner.length - 2);
        assertThatThrownBy(() -> ImageHeader.read(two)).hasMessageContaining("no segment at byte 2");
    }

    /** Golden pictures have no thumbnail, whose scan would be counted. */
    private static int scans(byte[] jpeg) {
        return (int) IntStream.range(0, jpeg.length - 1)
                .filter(i -> jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) 0xDA)
                .count();
    }

    private static int lastIndexOf(byte[] bytes, byte[] part) {
        return new String(bytes, StandardCharsets.ISO_8859_1)
                .lastIndexOf(new String(part, StandardCharsets.ISO_8859_1));
    }

    @Test
    void rareJpegsSayWhatTheyAre() {
        byte[] jpeg = Golden.file("baseline.jpg");
        int frame = IntStream.range(0, jpeg.length)
                .filter(i -> jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) 0xC0)
                .findFirst()
                .orElseThrow();
        jpeg[frame + 1] = (byte) 0xC3;
        assertThatThrownBy(() -> ImageHeader.read(jpeg)).hasMessageContaining("rare kind");
    }

    @Test
    void aHeaderAfterALongColourProfileIsFound() throws BadImageException {
        byte[] jpeg = Golden.file("baseline.jpg");
        ByteArrayOutputStream padded = new ByteArrayOutputStream();
        padded.write(jpeg, 0, 2);
        for (int i = 0; i < 20; i++) {
            byte[] segment = new byte[65_537];
            segment[0] = (byte) 0xFF;
            segment[1] = (byte) 0xE2;
            segment[2] = (byte) 0xFF;
            segment[3] = (byte) 0xFF;
            padded.write(segment, 0, segment.length);
        }
        padded.write(jpeg, 2, jpeg.length - 2);
        for (JpegDecoder decoder : HERE) {
            Golden.assertClose(decode(decoder, padded.toByteArray()), Golden.expected("baseline.jpg"), OTHER_LIBRARY);
        }
    }

    @Test
    void reductionLeavesTwiceThePixelsThatAreNeeded() throws BadImageException {
        ImageHeader jpeg = ImageHeader.read(Golden.file("large.jpg"));
        ImageDecoder reducing = new ImageDecoder(new Reducing());
        assertThat(reducing.reduction(jpeg, 448, 448, 224, 224)).isEqualTo(1);
        assertThat(reducing.reduction(jpeg, 896, 895, 224, 224)).isEqualTo(1);
        assertThat(reducing.reduction(jpeg, 896, 896, 224, 224)).isEqualTo(2);
        assertThat(reducing.reduction(jpeg, 9000, 9000, 224, 224)).isEqualTo(8);
        ImageHeader png = ImageHeader.read(Golden.file("scene.png"));
        assertThat(reducing.reduction(png, 9000, 9000, 224, 224)).isEqualTo(1);
        assertThat(new ImageDecoder(JDK).reduction(jpeg, 9000, 9000, 224, 224)).isEqualTo(1);
    }

    private static final class Reducing implements JpegDecoder {
        @Override
        public RgbImage decode(byte[] file, ImageHeader header, int reduction) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int maxReduction() {
            return 8;
        }

        @Override
        public String name() {
            return "none";
        }
    }

    @Test
    void reducedSidesAreRoundedUp() throws BadImageException {
        byte[] file = Golden.file("baseline.jpg");
        for (JpegDecoder decoder : HERE) {
            for (int reduction = 1; reduction <= decoder.maxReduction(); reduction *= 2) {
                RgbImage image = new ImageDecoder(decoder).decode(file, ImageHeader.read(file), reduction);
                assertThat(image.width()).isEqualTo((60 + reduction - 1) / reduction);
                assertThat(image.height()).isEqualTo((45 + reduction - 1) / reduction);
            }
        }
    }

    @Test
    void severalThreadsMayDecodeAtOnce() throws Exception {
        List<String> names = names().toList();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (JpegDecoder decoder : HERE) {
                List<Future<RgbImage>> together = IntStream.range(0, 200)
                        .mapToObj(i -> threads.submit(() -> decode(decoder, Golden.file(names.get(i % names.size())))))
                        .toList();
                for (int i = 0; i < together.size(); i++) {
                    RgbImage alone = decode(decoder, Golden.file(names.get(i % names.size())));
                    Golden.assertClose(together.get(i).get(), alone, 0);
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static RgbImage decode(JpegDecoder decoder, byte[] file) throws BadImageException {
        return new ImageDecoder(decoder).decode(file, ImageHeader.read(file), 1);
    }

    private static void refused(JpegDecoder decoder, byte[] file, String reason) {
        assertThatThrownBy(() -> decode(decoder, file))
                .isInstanceOf(BadImageException.class)
                .hasMessageContaining(reason);
    }
}
