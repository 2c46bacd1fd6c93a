package dev.distillery.trainer.data.folder;

import dev.distillery.image.BadImageException;
import dev.distillery.image.ImageHeader;
import dev.distillery.imagefolder.FolderDigest;
import dev.distillery.imagefolder.ImageFolder;
import dev.distillery.recipe.Dataset;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One split's folder, read once from end to end: every file's digest and header.
 *
 * @param field of the recipe, and URI, for messages
 * @param photographs in the order of their paths; those with a bad header are missing
 * @param sha256 as {@link FolderDigest} defines it
 */
record FolderScan(String field, Path root, List<String> classes, List<Photograph> photographs, String sha256) {
    private static final Logger LOG = LoggerFactory.getLogger(FolderScan.class);

    /**
     * @param bad gets the images that cannot be used
     * @throws TrainerException INVALID_DATA if the folder cannot be listed or is not the one that the recipe's sha256 names
     */
    static FolderScan of(String path, Dataset.Source source, Path root, int threads, BadImages bad) {
        String field = path + " (" + source.uri() + ")";
        ImageFolder folder = list(field, root);
        for (String unsupported : folder.unsupported()) {
            bad.add(root.resolve(unsupported).toString(), "a format that is not read; save it as JPEG or PNG");
        }
        if (folder.ignored() > 0) {
            LOG.warn(
                    "{}: {} files are no images by their extension, or lie outside of the class folders; ignored",
                    field,
                    folder.ignored());
        }
        int count = folder.files().size();
        Photograph[] photographs = new Photograph[count];
        String[] digests = new String[count];
        ParallelLoop.run(count, threads, i -> {
            ImageFolder.Entry entry = folder.files().get(i);
            try {
                byte[] file = PhotographFiles.bytes(folder.file(entry));
                digests[i] = FolderDigest.of(file);
                photographs[i] = new Photograph(entry.path(), entry.label(), ImageHeader.read(file));
            } catch (BadImageException e) {
                bad.add(folder.file(entry).toString(), e.getMessage());
            } catch (IOException e) {
                digests[i] = FolderDigest.UNREADABLE;
                bad.add(folder.file(entry).toString(), "cannot be read (" + e.getMessage() + ")");
            }
        });
        FolderDigest digest = new FolderDigest();
        for (int i = 0; i < count; i++) {
            digest.add(folder.files().get(i).path(), digests[i]);
        }
        return new FolderScan(
                field, root, folder.classes(), present(photographs), checked(field, source, digest.hex()));
    }

    private static ImageFolder list(String field, Path root) {
        try {
            return ImageFolder.list(root);
        } catch (NoSuchFileException | NotDirectoryException e) {
            String got = Files.exists(root) ? "no folder" : "nothing";
            throw invalid(
                    field,
                    "got " + got + " at " + e.getMessage()
                            + ", expected a folder with one sub-folder of images per class; check the URI and the mount",
                    e);
        } catch (IOException e) {
            throw invalid(field, "cannot be listed (" + e + "); check its permissions and the volume", e);
        }
    }

    private static List<Photograph> present(Photograph[] photographs) {
        return new ArrayList<>(
                Arrays.stream(photographs).filter(Objects::nonNull).toList());
    }

    private static String checked(String field, Dataset.Source source, String sha256) {
        if (source.sha256() != null && !source.sha256().equals(sha256)) {
            throw invalid(
                    field,
                    "got SHA-256 " + sha256 + " over its images, expected " + source.sha256()
                            + " from the recipe; restore the folder, or update sha256 if the change is meant",
                    null);
        }
        return sha256;
    }

    FolderScan with(List<Photograph> others) {
        return new FolderScan(field, root, classes, others, sha256);
    }

    static TrainerException invalid(String field, String problem, Throwable cause) {
        return new TrainerException(ExitCode.INVALID_DATA, field + ": " + problem, cause);
    }
}
