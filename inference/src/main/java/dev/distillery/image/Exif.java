package dev.distillery.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The one tag of EXIF data (a TIFF file) that changes the picture. */
final class Exif {
    private static final int ORIENTATION = 0x0112;
    private static final int SHORT = 3;
    private static final int ENTRY_BYTES = 12;

    private Exif() {}

    /**
     * @param from where the TIFF header is
     * @param to end, exclusive
     * @return upright where the data are broken or say nothing: as viewers do, a bad remark does not spoil the picture
     */
    static Orientation orientation(byte[] file, int from, int to) {
        int end = Math.min(to, file.length);
        if (from < 0 || end - from < 8) {
            return Orientation.UPRIGHT;
        }
        ByteBuffer tiff = ByteBuffer.wrap(file, from, end - from).slice();
        boolean little = tiff.get(0) == 'I' && tiff.get(1) == 'I';
        if (!little && (tiff.get(0) != 'M' || tiff.get(1) != 'M')) {
            return Orientation.UPRIGHT;
        }
        tiff.order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long directory = tiff.getInt(4) & 0xFFFF_FFFFL;
        if (directory > tiff.limit() - 2) {
            return Orientation.UPRIGHT;
        }
        int entries = tiff.getShort((int) directory) & 0xffff;
        for (int i = 0; i < entries; i++) {
            int entry = (int) directory + 2 + i * ENTRY_BYTES;
            if (entry > tiff.limit() - ENTRY_BYTES) {
                return Orientation.UPRIGHT;
            }
            if ((tiff.getShort(entry) & 0xffff) == ORIENTATION && tiff.getShort(entry + 2) == SHORT) {
                return Orientation.ofTag(tiff.getShort(entry + 8) & 0xffff);
            }
        }
        return Orientation.UPRIGHT;
    }
}
