package dev.distillery.image;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Reads a PNG's size and, in its eXIf chunk, its orientation (W3C PNG, third edition). */
final class PngHeader {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A};
    private static final int IHDR = 0x49484452;
    private static final int EXIF = 0x65584966;
    private static final int IEND = 0x49454E44;

    private PngHeader() {}

    static boolean matches(byte[] file) {
        return file.length > SIGNATURE.length && Arrays.mismatch(SIGNATURE, file) == SIGNATURE.length;
    }

    static ImageHeader read(byte[] file) throws BadImageException {
        ByteBuffer chunks = ByteBuffer.wrap(file);
        if (file.length < SIGNATURE.length + 25 || chunks.getInt(SIGNATURE.length + 4) != IHDR) {
            throw new BadImageException("the PNG ends within its header: it is truncated");
        }
        int width = chunks.getInt(SIGNATURE.length + 8);
        int height = chunks.getInt(SIGNATURE.length + 12);
        return new ImageHeader(ImageHeader.Format.PNG, width, height, orientation(chunks), 0, false);
    }

    private static Orientation orientation(ByteBuffer file) {
        int at = SIGNATURE.length;
        while (at <= file.limit() - 12) {
            int length = file.getInt(at);
            int type = file.getInt(at + 4);
            if (length < 0 || type == IEND || length > file.limit() - at - 12) {
                return Orientation.UPRIGHT;
            }
            if (type == EXIF) {
                return Exif.orientation(file.array(), at + 8, at + 8 + length);
            }
            at += 12 + length;
        }
        return Orientation.UPRIGHT;
    }
}
