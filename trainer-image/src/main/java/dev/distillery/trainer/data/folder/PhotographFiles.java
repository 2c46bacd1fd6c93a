package dev.distillery.trainer.data.folder;

import dev.distillery.image.BadImageException;
import dev.distillery.image.ImageDecoder;
import dev.distillery.image.ImageHeader;
import dev.distillery.image.RgbImage;
import dev.distillery.trainer.TrainerException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** A split's files after they have been checked: what has changed since ends the run. */
record PhotographFiles(String field, Path root, ImageDecoder decoder) {
    /** Not through a channel: an interruption would look like a file that cannot be read. */
    static byte[] bytes(Path file) throws IOException {
        try (InputStream in = new FileInputStream(file.toFile())) {
            return in.readAllBytes();
        }
    }

    /** @throws TrainerException INVALID_DATA if the file vanished, cannot be read any more or has become another */
    byte[] read(Photograph photograph) {
        try {
            byte[] file = bytes(root.resolve(photograph.path()));
            if (!ImageHeader.read(file).equals(photograph.header())) {
                throw changed(photograph, "it is another picture now", null);
            }
            return file;
        } catch (IOException | BadImageException e) {
            throw changed(photograph, e.getMessage(), e);
        }
    }

    /** @return what to throw for an image that was good when the run began */
    TrainerException changed(Photograph photograph, String how, Exception cause) {
        return FolderScan.invalid(
                field,
                photograph.path() + " has changed since the run began (" + how
                        + "), expected files that stay as they are until training ends; restore it and start again",
                cause);
    }

    /** @throws BadImageException if its data are broken */
    RgbImage decode(Photograph photograph, int reduction) throws BadImageException {
        return decoder.decode(read(photograph), photograph.header(), reduction);
    }

    /** @return what to throw for an image that turns out to be broken in the middle of training */
    TrainerException broken(Photograph photograph, BadImageException e) {
        return FolderScan.invalid(
                field,
                root.resolve(photograph.path()) + ": " + e.getMessage()
                        + "; the folder is too large for all images to be decoded before training, so this one was"
                        + " met only now; repair or remove it",
                e);
    }
}
