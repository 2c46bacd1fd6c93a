package dev.distillery.trainer.data.folder;

import dev.distillery.image.BadImageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * All images of a split, decoded once.
 *
 * @param photographs those that could be decoded
 * @param positions of each in the file
 * @param file null if there was no room for it; the images have been decoded all the same, and are known to be good
 */
record Decoded(List<Photograph> photographs, long[] positions, DecodedFile file) {
    /** Makes the bytes that are kept of one photograph. */
    interface Content {
        byte[] of(Photograph photograph) throws BadImageException;

        int bytes(Photograph photograph);
    }

    /**
     * @param folder where the file is made
     * @param bad gets the images whose data are broken
     */
    static Decoded all(FolderScan scan, Content content, Path folder, int threads, BadImages bad) {
        List<Photograph> all = scan.photographs();
        long[] positions = new long[all.size() + 1];
        for (int i = 0; i < all.size(); i++) {
            positions[i + 1] = positions[i] + content.bytes(all.get(i));
        }
        DecodedFile file = DecodedFile.create(folder, positions[all.size()]).orElse(null);
        AtomicReference<IOException> full = new AtomicReference<>();
        boolean[] good = new boolean[all.size()];
        ParallelLoop.run(all.size(), threads, i -> {
            try {
                byte[] pixels = content.of(all.get(i));
                good[i] = true;
                if (file != null && full.get() == null) {
                    file.write(positions[i], pixels, content.bytes(all.get(i)));
                }
            } catch (BadImageException e) {
                bad.add(scan.root().resolve(all.get(i).path()).toString(), e.getMessage());
            } catch (IOException e) {
                full.compareAndSet(null, e);
            }
        });
        DecodedFile sealed = sealed(file, folder, full.get());
        List<Photograph> kept = new ArrayList<>();
        long[] keptPositions = new long[all.size()];
        for (int i = 0; i < all.size(); i++) {
            if (good[i]) {
                keptPositions[kept.size()] = positions[i];
                kept.add(all.get(i));
            }
        }
        return new Decoded(kept, keptPositions, sealed);
    }

    private static DecodedFile sealed(DecodedFile file, Path folder, IOException full) {
        if (file == null) {
            return null;
        }
        try {
            if (full != null) {
                throw full;
            }
            file.seal();
            return file;
        } catch (IOException e) {
            DecodedFile.warn(folder, e);
            file.close();
            return null;
        }
    }

    /** @return bytes of all that is kept */
    static long bytes(FolderScan scan, Content content) {
        return scan.photographs().stream().mapToLong(content::bytes).sum();
    }
}
