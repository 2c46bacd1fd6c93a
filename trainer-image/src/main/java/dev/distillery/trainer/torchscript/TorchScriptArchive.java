package dev.distillery.trainer.torchscript;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The file format of {@code torch.jit.save}, format version 3, for a module without parameters: a zip of stored entries
 * with the code as text and a pickle that makes one instance of the class {@code M}.
 */
final class TorchScriptArchive {
    private static final String CLASS =
            "class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n";
    /** Pickle protocol 2: {@code __torch__.M()} with state {@code {"training": True}}. */
    private static final byte[] INSTANCE =
            latin1("\u0080\u0002c__torch__\nM\nq\u0000)\u0081}(X\b\u0000\u0000\u0000trainingq\u0001\u0088ubq\u0002.");
    /** Pickle protocol 2: the empty tuple. */
    private static final byte[] NO_CONSTANTS = latin1("\u0080\u0002).");

    private TorchScriptArchive() {}

    /** @param methods the methods of {@code M}, indented by two spaces */
    static byte[] of(String methods) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "data.pkl", INSTANCE);
            store(zip, "code/__torch__.py", (CLASS + methods).getBytes(StandardCharsets.UTF_8));
            store(zip, "constants.pkl", NO_CONSTANTS);
            store(zip, "version", latin1("3\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry("m/" + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCompressedSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
