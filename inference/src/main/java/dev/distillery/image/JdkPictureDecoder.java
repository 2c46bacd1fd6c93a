package dev.distillery.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/** PNG and what else ImageIO reads but JPEG: any depth, grey, palette; transparency is laid on white. */
final class JdkPictureDecoder {
    private JdkPictureDecoder() {}

    static RgbImage decode(byte[] file) throws BadImageException {
        BufferedImage image = ImageIoReader.read(PngGreyKey.toPalette(file), reader -> {
            ImageHeader.requireSize(reader.getWidth(0), reader.getHeight(0));
            return reader.read(0);
        });
        return new RgbImage(image.getWidth(), image.getHeight(), pixels(image));
    }

    private static byte[] pixels(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] rgb = new byte[width * height * RgbImage.CHANNELS];
        if (image.getType() == BufferedImage.TYPE_3BYTE_BGR
                && image.getRaster().getDataBuffer() instanceof DataBufferByte data
                && data.getData().length == rgb.length) {
            swapEnds(data.getData(), rgb);
            return rgb;
        }
        ColorModel model = image.getColorModel();
        Raster raster = image.getRaster();
        // BufferedImage.getRGB would take grey values for linear light and brighten them.
        boolean grey = model.getColorSpace().getType() == ColorSpace.TYPE_GRAY && !(model instanceof IndexColorModel);
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            if (!grey) {
                image.getRGB(0, y, width, 1, row, 0, width);
            }
            for (int x = 0; x < width; x++) {
                int argb = grey ? grey(raster, model, x, y) : row[x];
                int alpha = argb >>> 24;
                int at = (y * width + x) * RgbImage.CHANNELS;
                rgb[at] = onWhite(argb >> 16, alpha);
                rgb[at + 1] = onWhite(argb >> 8, alpha);
                rgb[at + 2] = onWhite(argb, alpha);
            }
        }
        return rgb;
    }

    private static void swapEnds(byte[] bgr, byte[] rgb) {
        for (int i = 0; i < rgb.length; i += RgbImage.CHANNELS) {
            rgb[i] = bgr[i + 2];
            rgb[i + 1] = bgr[i + 1];
            rgb[i + 2] = bgr[i];
        }
    }

    private static int grey(Raster raster, ColorModel model, int x, int y) {
        int value = eightBits(raster.getSample(x, y, 0), model.getComponentSize(0));
        int alpha = model.hasAlpha() ? eightBits(raster.getSample(x, y, 1), model.getComponentSize(1)) : 255;
        return alpha << 24 | value << 16 | value << 8 | value;
    }

    private static int eightBits(int sample, int bits) {
        int most = (1 << bits) - 1;
        return (sample * 255 + most / 2) / most;
    }

    private static byte onWhite(int component, int alpha) {
        return (byte) (((component & 0xff) * alpha + 255 * (255 - alpha) + 127) / 255);
    }
}
