package dev.distillery.image;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * Grey PNGs of 1, 2 or 4 bits that have a transparent value. The JDK's reader looks for that value after it has scaled
 * the samples to 8 bits, so it makes the wrong pixels transparent, or none; with a palette of the same greys it is right.
 */
final class PngGreyKey {
    private static final int FIRST_CHUNK = 8;
    private static final int DEPTH = 24;
    private static final int COLOUR = 25;
    private static final int AFTER_HEADER = 33;
    /** Length, type and checksum. */
    private static final int CHUNK_FRAME = 12;

    private static final byte GREY = 0;
    private static final byte PALETTE = 3;
    private static final int PLTE = 0x504C5445;
    private static final int TRNS = 0x74524E53;
    private static final int IDAT = 0x49444154;

    private PngGreyKey() {}

    /** @return the same picture with a palette; any other file as it is */
    static byte[] toPalette(byte[] file) {
        if (!PngHeader.matches(file) || file.length < AFTER_HEADER || !isSmallGrey(file[DEPTH], file[COLOUR])) {
            return file;
        }
        ByteBuffer chunks = ByteBuffer.wrap(file);
        int key = -1;
        int at = AFTER_HEADER;
        while (at <= file.length - CHUNK_FRAME && chunks.getInt(at + 4) != IDAT) {
            int length = chunks.getInt(at);
            if (length < 0 || length > file.length - at - CHUNK_FRAME) {
                return file;
            }
            if (chunks.getInt(at + 4) == TRNS && length == 2) {
                key = chunks.getShort(at + 8) & 0xffff;
            }
            at += CHUNK_FRAME + length;
        }
        return key < 0 ? file : withPalette(file, at, key);
    }

    private static boolean isSmallGrey(byte depth, byte colour) {
        return colour == GREY && (depth == 1 || depth == 2 || depth == 4);
    }

    private static byte[] withPalette(byte[] file, int data, int key) {
        int values = 1 << file[DEPTH];
        byte[] greys = new byte[3 * values];
        byte[] alpha = new byte[values];
        for (int i = 0; i < values; i++) {
            Arrays.fill(greys, 3 * i, 3 * i + 3, (byte) (i * 255 / (values - 1)));
            // The standard: of a value that has more bits than a sample, the low ones count.
            alpha[i] = (byte) (i == key % values ? 0 : 255);
        }
        byte[] header = Arrays.copyOfRange(file, FIRST_CHUNK + 8, AFTER_HEADER - 4);
        header[COLOUR - FIRST_CHUNK - 8] = PALETTE;
        ByteBuffer made = ByteBuffer.allocate(
                AFTER_HEADER + CHUNK_FRAME + greys.length + CHUNK_FRAME + alpha.length + file.length - data);
        made.put(file, 0, FIRST_CHUNK);
        put(made, ByteBuffer.wrap(file).getInt(FIRST_CHUNK + 4), header);
        put(made, PLTE, greys);
        put(made, TRNS, alpha);
        made.put(file, data, file.length - data);
        return made.array();
    }

    private static void put(ByteBuffer target, int type, byte[] data) {
        int start = target.position() + 4;
        target.putInt(data.length).putInt(type).put(data);
        CRC32 checksum = new CRC32();
        checksum.update(target.array(), start, 4 + data.length);
        target.putInt((int) checksum.getValue());
    }
}
