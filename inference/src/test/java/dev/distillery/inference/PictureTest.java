package dev.distillery.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distillery.image.BadImageException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureTest {
    @TempDir
    Path folder;

    @Test
    void greyValuesStayAsStored() throws Exception {
        BufferedImage grey = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
        byte[] expected = new byte[256];
        for (int v = 0; v < 256; v++) {
            grey.getRaster().setSample(v, 0, 0, v);
            expected[v] = (byte) v;
        }
        String file = write(grey, "png");
        assertThat(read(file).pixels(whole(1, 256, 1))).isEqualTo(expected);
        assertThat(read(file).pixels(whole(1, 256, 3))[3 * 100 + 1]).isEqualTo((byte) 100);
    }

    @Test
    void sixteenBitGreyIsScaled() throws Exception {
        BufferedImage grey = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
        grey.getRaster().setSample(0, 0, 0, 0xffff);
        grey.getRaster().setSample(1, 0, 0, 0x8080);
        assertThat(read(write(grey, "png")).pixels(whole(1, 2, 1))).containsExactly(255, 128);
    }

    @Test
    void colourBecomesLumaAndStaysColour() throws Exception {
        BufferedImage rgb = new BufferedImage(3, 1, BufferedImage.TYPE_INT_RGB);
        rgb.setRGB(0, 0, 0xff0000);
        rgb.setRGB(1, 0, 0x00ff00);
        rgb.setRGB(2, 0, 0x0000ff);
        Picture picture = read(write(rgb, "png"));
        assertThat(picture.pixels(whole(1, 3, 1))).containsExactly(76, 150, 29);
        assertThat(picture.pixels(whole(1, 3, 3))).containsExactly(255, 0, 0, 0, 255, 0, 0, 0, 255);
    }

    @Test
    void transparencyBecomesWhite() throws Exception {
        BufferedImage argb = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
        argb.setRGB(0, 0, 0x00000000);
        argb.setRGB(1, 0, 0x80000000);
        argb.setRGB(2, 0, 0xff000000);
        assertThat(read(write(argb, "png")).pixels(whole(1, 3, 1))).containsExactly(255, 127, 0);
    }

    @Test
    void shrinkingAveragesAllPixels() throws Exception {
        BufferedImage stripes = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 64 * 64; i++) {
            stripes.setRGB(i % 64, i / 64, i % 2 == 0 ? 0xffffff : 0);
        }
        for (byte pixel : read(write(stripes, "png")).pixels(whole(4, 4, 1))) {
            // each halving may round once
            assertThat(pixel & 0xff).isBetween(124, 131);
        }
    }

    @Test
    void growsToo() throws Exception {
        BufferedImage dot = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        dot.setRGB(0, 0, 0x646464);
        byte[] pixels = read(write(dot, "bmp")).pixels(whole(5, 3, 1));
        byte[] expected = new byte[15];
        Arrays.fill(expected, (byte) 100);
        assertThat(pixels).isEqualTo(expected);
    }

    @Test
    void refusesWhatIsNoPicture() throws Exception {
        Path text = Files.writeString(folder.resolve("a.png"), "no picture");
        byte[] png = Files.readAllBytes(Path.of(write(new BufferedImage(50, 50, BufferedImage.TYPE_INT_RGB), "png")));
        Path half = Files.write(folder.resolve("half.png"), Arrays.copyOf(png, png.length / 2));
        byte[] huge = png.clone();
        huge[16] = 0x7f;
        Path bomb = Files.write(folder.resolve("bomb.png"), huge);
        for (Path path : new Path[] {text, half, bomb}) {
            assertThatThrownBy(() -> read(path.toString()).pixels(whole(4, 4, 1)))
                    .isInstanceOf(BadImageException.class);
        }
    }

    @Test
    void aServerTakesPngAndJpegOnly() throws Exception {
        byte[] gif = Files.readAllBytes(Path.of(write(new BufferedImage(5, 5, BufferedImage.TYPE_INT_RGB), "gif")));
        assertThat(Picture.ofAnyFormat(gif).pixelCount()).isEqualTo(25);
        assertThatThrownBy(() -> Picture.of(gif)).hasMessageContaining("no JPEG or PNG");
    }

    private static Picture read(String file) throws IOException, BadImageException {
        return Picture.ofAnyFormat(Files.readAllBytes(Path.of(file)));
    }

    private static InputForm whole(int height, int width, int channels) {
        return new InputForm(height, width, channels, null, null, null);
    }

    private String write(BufferedImage image, String format) throws IOException {
        Path file = folder.resolve("picture." + format);
        assertThat(ImageIO.write(image, format, file.toFile())).isTrue();
        return file.toString();
    }
}
