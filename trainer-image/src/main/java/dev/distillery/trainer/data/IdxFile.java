package dev.distillery.trainer.data;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Reads IDX, the MNIST family's format: two zero bytes, the element type, the number of dimensions, one big-endian
 * 32-bit size per dimension, then the elements. Images are (N,H,W) or (N,H,W,C), labels are (N); both are uint8. Plain
 * or gzip, told apart by the first two bytes.
 *
 * @param dimensions sizes as the header names them
 * @param elements uint8, row-major
 * @param sha256 of the file as stored, lower-case hex
 */
record IdxFile(int[] dimensions, byte[] elements, String sha256) {
    /** A Java array's greatest length on every virtual machine. */
    static final int MAX_BYTES = Integer.MAX_VALUE - 8;

    private static final int UNSIGNED_BYTE = 0x08;

    /** What one file must be. */
    enum Content {
        IMAGES(3, 4, "0x00000803 or 0x00000804 (uint8 images)"),
        LABELS(1, 1, "0x00000801 (uint8 labels)");

        private final int minDimensions;
        private final int maxDimensions;
        private final String magic;

        Content(int minDimensions, int maxDimensions, String magic) {
            this.minDimensions = minDimensions;
            this.maxDimensions = maxDimensions;
            this.magic = magic;
        }
    }

    /**
     * @param name field and URI, for messages
     * @param expectedSha256 lower-case hex; null if the recipe names none
     * @param heap asked before the elements are allocated
     * @throws TrainerException INVALID_DATA for every defect, OUT_OF_MEMORY if the heap is too small
     */
    static IdxFile read(String name, Path path, Content content, String expectedSha256, HeapBudget heap) {
        try (StoredFile file = new StoredFile(name, path)) {
            int[] dimensions;
            byte[] elements;
            try {
                dimensions = dimensions(file, content);
                elements = elements(file, name, dimensions, heap);
            } catch (TrainerException e) {
                if (e.exitCode() == ExitCode.INVALID_DATA && expectedSha256 != null) {
                    checkDigest(file, expectedSha256, "; besides, " + e.getMessage());
                }
                throw e;
            }
            return new IdxFile(dimensions, elements, checkDigest(file, expectedSha256, ""));
        }
    }

    private static String checkDigest(StoredFile file, String expected, String besides) {
        String digest = file.sha256();
        if (expected != null && !expected.equals(digest)) {
            throw file.defect("got SHA-256 " + digest + ", expected " + expected
                    + " from the recipe; restore the file, or update sha256 if the change is meant" + besides);
        }
        return digest;
    }

    private static int[] dimensions(StoredFile file, Content content) {
        byte[] magic = header(file, 4);
        int rank = magic[3];
        if (magic[0] != 0 || magic[1] != 0 || rank < content.minDimensions || rank > content.maxDimensions) {
            throw file.defect("got magic number 0x" + HexFormat.of().formatHex(magic) + ", expected " + content.magic
                    + "; is it an IDX file, and are images and labels swapped?");
        }
        if (magic[2] != UNSIGNED_BYTE) {
            throw file.defect(
                    "got element type " + elementType(magic[2]) + ", expected 0x08 (uint8); convert the file");
        }
        ByteBuffer sizes = ByteBuffer.wrap(header(file, 4 * rank));
        int[] dimensions = new int[rank];
        for (int i = 0; i < rank; i++) {
            dimensions[i] = sizes.getInt();
            if (dimensions[i] < 1) {
                throw file.defect("got size " + Integer.toUnsignedString(dimensions[i]) + " in dimension " + i
                        + ", expected 1 to 2147483647: no entries, or images without pixels");
            }
        }
        return dimensions;
    }

    private static byte[] header(StoredFile file, int bytes) {
        byte[] header = new byte[bytes];
        int got = file.read(header, 0, bytes);
        if (got < bytes) {
            throw file.defect("got " + (got == 0 ? "no" : "only " + got) + " bytes where an IDX header needs " + bytes
                    + "; the file is empty or truncated, copy it again");
        }
        return header;
    }

    private static byte[] elements(StoredFile file, String name, int[] dimensions, HeapBudget heap) {
        String shape = Arrays.toString(dimensions);
        long bytes = product(dimensions);
        if (bytes > MAX_BYTES) {
            throw file.defect("the header names " + shape + " elements, expected at most " + MAX_BYTES
                    + " bytes in one file; use fewer or smaller images");
        }
        if (bytes > file.maxContentBytes()) {
            throw file.defect("the header names " + shape + ", " + bytes + " bytes, more than the file can hold;"
                    + " it is truncated or its header is wrong, copy it again");
        }
        heap.take(name, bytes);
        byte[] elements = allocate(name, (int) bytes);
        int got = file.read(elements, 0, elements.length);
        if (got < elements.length) {
            throw file.defect("got " + got + " bytes of data, expected " + bytes + " for " + shape
                    + "; the file is truncated, copy it again");
        }
        if (file.read(new byte[1], 0, 1) != 0) {
            throw file.defect("got bytes after the " + bytes + " that its header " + shape
                    + " names, expected none; the header does not fit the data");
        }
        return elements;
    }

    private static byte[] allocate(String name, int bytes) {
        try {
            return new byte[bytes];
        } catch (OutOfMemoryError e) {
            throw new TrainerException(
                    ExitCode.OUT_OF_MEMORY,
                    name + ": the Java heap has no " + bytes + " bytes left; raise spec.compute.memory",
                    e);
        }
    }

    /** @return the product, or Long.MAX_VALUE where it would overflow */
    private static long product(int[] dimensions) {
        long product = 1;
        for (int size : dimensions) {
            if (product > Long.MAX_VALUE / size) {
                return Long.MAX_VALUE;
            }
            product *= size;
        }
        return product;
    }

    private static String elementType(byte type) {
        return switch (type) {
            case 0x09 -> "0x09 (int8)";
            case 0x0B -> "0x0b (int16)";
            case 0x0C -> "0x0c (int32)";
            case 0x0D -> "0x0d (float32)";
            case 0x0E -> "0x0e (float64)";
            default -> "0x" + HexFormat.of().toHexDigits(type);
        };
    }
}
