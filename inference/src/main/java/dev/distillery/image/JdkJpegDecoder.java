package dev.distillery.image;

import java.awt.image.DataBufferByte;
import java.awt.image.Raster;

/**
 * The JDK's libjpeg, for machines without TurboJPEG. It hands out the samples as they are stored, because its own
 * conversion knows no CMYK and guesses at RGB; they are converted as libjpeg does (JFIF 1.02: ITU-R 601, full range).
 */
final class JdkJpegDecoder implements JpegDecoder {
    @Override
    public RgbImage decode(byte[] file, ImageHeader header, int reduction) throws BadImageException {
        if (reduction != 1) {
            throw new IllegalArgumentException("reduction " + reduction);
        }
        Raster raster = ImageIoReader.read(file, reader -> reader.readRaster(0, null));
        int pixels = raster.getWidth() * raster.getHeight();
        if (!(raster.getDataBuffer() instanceof DataBufferByte data)
                || raster.getNumBands() != header.components()
                || data.getData().length < pixels * header.components()) {
            throw new BadImageException("the JPEG has samples of a rare kind");
        }
        byte[] samples = data.getData();
        if (header.luma()) {
            toRgb(samples, pixels, header.components());
        }
        byte[] rgb =
                switch (header.components()) {
                    case 1 -> grey(samples, pixels);
                    case 3 -> samples;
                    default -> Cmyk.toRgb(samples, pixels);
                };
        return new RgbImage(raster.getWidth(), raster.getHeight(), rgb);
    }

    private static byte[] grey(byte[] samples, int pixels) {
        byte[] rgb = new byte[pixels * RgbImage.CHANNELS];
        for (int i = 0; i < pixels; i++) {
            rgb[3 * i] = samples[i];
            rgb[3 * i + 1] = samples[i];
            rgb[3 * i + 2] = samples[i];
        }
        return rgb;
    }

    /** In place. Four components are YCCK: the colours come out as their complement, black stays. */
    private static void toRgb(byte[] samples, int pixels, int components) {
        int complement = components == 4 ? 255 : 0;
        for (int i = 0, at = 0; i < pixels; i++, at += components) {
            int y = samples[at] & 0xff;
            int blueness = (samples[at + 1] & 0xff) - 128;
            int redness = (samples[at + 2] & 0xff) - 128;
            int red = y + fixed(1.402 * 65536, redness);
            int green = y + (int) ((-22554L * blueness - 46802L * redness + 32768) >> 16);
            int blue = y + fixed(1.772 * 65536, blueness);
            samples[at] = clamped(red, complement);
            samples[at + 1] = clamped(green, complement);
            samples[at + 2] = clamped(blue, complement);
        }
    }

    private static int fixed(double scale, int value) {
        return (int) ((Math.round(scale) * value + 32768) >> 16);
    }

    private static byte clamped(int value, int complement) {
        int inRange = Math.max(0, Math.min(255, value));
        return (byte) (complement == 0 ? inRange : complement - inRange);
    }

    @Override
    public int maxReduction() {
        return 1;
    }

    @Override
    public String name() {
        return "the JDK's ImageIO; libturbojpeg0, where it is installed, is faster";
    }
}
