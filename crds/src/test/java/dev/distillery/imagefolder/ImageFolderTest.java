package dev.distillery.imagefolder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
    @TempDir
    Path root;

    @Test
    void classesAreTheSortedSubFoldersAndFilesAreSortedByPath() throws IOException {
        write("b/2.png", "b/1.JPG", "a/x.jpeg", "a-b/y.jpg", "B/z.jpg");
        ImageFolder folder = ImageFolder.list(root);
        assertThat(folder.classes()).containsExactly("B", "a", "a-b", "b");
        assertThat(folder.files())
                .containsExactly(
                        new ImageFolder.Entry("B/z.jpg", 0),
                        new ImageFolder.Entry("a-b/y.jpg", 2),
                        new ImageFolder.Entry("a/x.jpeg", 1),
                        new ImageFolder.Entry("b/1.JPG", 3),
                        new ImageFolder.Entry("b/2.png", 3));
    }

    @Test
    void deeperFilesBelongToTheirClassAndLinksAreFollowed() throws IOException {
        write("a/deep/er/1.jpg", ".store/2.jpg");
        Files.createSymbolicLink(root.resolve("b"), root.resolve(".store"));
        Files.createSymbolicLink(root.resolve("b/gone.jpg"), root.resolve("nowhere"));
        assertThat(ImageFolder.list(root).files())
                .extracting(ImageFolder.Entry::path)
                .containsExactly("a/deep/er/1.jpg", "b/2.jpg", "b/gone.jpg");
    }

    @Test
    void otherFilesAreCountedAndOtherPicturesNamed() throws IOException {
        write("a/1.jpg", "a/notes.txt", "a/noextension", "a/2.webp", "a/3.GIF", "b/.hidden.jpg", "README.md", "c.jpg");
        write(".ipynb_checkpoints/1.jpg", "b/.cache/1.jpg");
        ImageFolder folder = ImageFolder.list(root);
        assertThat(folder.classes()).containsExactly("a", "b");
        assertThat(folder.files()).extracting(ImageFolder.Entry::path).containsExactly("a/1.jpg");
        assertThat(folder.unsupported()).containsExactlyInAnyOrder("a/2.webp", "a/3.GIF");
        assertThat(folder.ignored()).as("notes, noextension, README, c.jpg").isEqualTo(4);
    }

    @Test
    void aFileIsNoFolder() throws IOException {
        write("file");
        assertThatThrownBy(() -> ImageFolder.list(root.resolve("file"))).isInstanceOf(NotDirectoryException.class);
    }

    @Test
    void namesBeyondTheBasicPlaneSortLikePythons() throws IOException {
        String emoji = "\uD83D\uDE00";
        write(emoji + "/1.jpg", "\uFF21/1.jpg", "z/1.jpg");
        assertThat(ImageFolder.list(root).classes()).isEqualTo(List.of("z", "\uFF21", emoji));
    }

    /** The command in the class's Javadoc, in a shell. */
    @Test
    void theDigestIsWhatSha256sumGives() throws Exception {
        write("b/2.png", "b/1 with blank.JPG", "a/deep/x.jpeg", "a-b/y.jpg", "top.jpg", "a/.hidden.jpg", "a/notes.txt");
        ImageFolder folder = ImageFolder.list(root);
        FolderDigest digest = new FolderDigest();
        for (ImageFolder.Entry entry : folder.files()) {
            digest.add(entry.path(), FolderDigest.of(Files.readAllBytes(folder.file(entry))));
        }
        String command =
                """
                find -L * -mindepth 1 -type f '(' -iname '*.jpg' -o -iname '*.jpeg' -o -iname '*.png' ')' ! -path '*[/].*' -print0 |
                  LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
                """;
        Process shell = new ProcessBuilder("sh", "-c", command)
                .directory(root.toFile())
                .redirectErrorStream(true)
                .start();
        String printed = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(printed).startsWith(digest.hex());
    }

    private void write(String... paths) throws IOException {
        for (String path : paths) {
            Path file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, path);
        }
    }
}
