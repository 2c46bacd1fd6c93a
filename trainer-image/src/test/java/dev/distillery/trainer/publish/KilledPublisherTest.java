package dev.distillery.trainer.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.distillery.trainer.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while it publishes to a folder clears nothing away; the next attempt has its remains before it. */
class KilledPublisherTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    /** A process of its own that brings the content and waits to be killed. */
    static final class Publisher {
        public static void main(String[] arguments) throws Exception {
            Path root = Path.of(arguments[0]);
            try (Destination.Staged staged = place(root).stage(PublishedFixture.small("run-1"))) {
                Files.createFile(root.resolve("staged"));
                if (!new CountDownLatch(1).await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    staged.commit();
                }
            }
        }
    }

    @Test
    void aKilledProcessesVersionIsNeverSeenAndTheNextAttemptPublishesOne() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Publisher.class.getName(),
                        folder.toString())
                .inheritIO()
                .start();
        try {
            await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("staged")));
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(names(folder.resolve("fashion"))).singleElement().asString().startsWith(Staging.PREFIX);
        publishedOnce(folder);
    }

    /** At each file, with nothing of it, and with half of it. */
    @Test
    void cutOffAtAnyFile() throws Exception {
        List<Map.Entry<String, byte[]>> files =
                List.copyOf(PublishedFixture.small("run-1").tree().entrySet());
        for (int whole = 0; whole < files.size(); whole++) {
            Path root = folder.resolve("cut-" + whole);
            Path staged = root.resolve("fashion").resolve(Staging.PREFIX + "killed");
            for (Map.Entry<String, byte[]> file : files.subList(0, whole)) {
                write(staged.resolve(file.getKey()), file.getValue());
            }
            byte[] content = files.get(whole).getValue();
            write(staged.resolve(files.get(whole).getKey()), Arrays.copyOf(content, content.length / 2));
            publishedOnce(root);
        }
    }

    /** Each rename but the last, which declares the version. */
    @Test
    void cutOffBetweenTheRenames() throws Exception {
        List<String> beside =
                List.copyOf(PublishedFixture.small("run-1").modelFiles().keySet());
        for (int moved = 1; moved <= beside.size(); moved++) {
            Path root = folder.resolve("moved-" + moved);
            Path model = Files.createDirectories(root.resolve("fashion"));
            Path staged = Staging.write(model, PublishedFixture.small("run-1").tree());
            for (String name : beside.subList(0, moved)) {
                Files.move(
                        staged.resolve(ModelVersion.BESIDE + name),
                        model.resolve(name),
                        StandardCopyOption.ATOMIC_MOVE);
            }
            publishedOnce(root);
        }
    }

    private void publishedOnce(Path root) throws IOException {
        ModelVersion model = PublishedFixture.small("run-1");
        var artifact = new ModelRepository(List.of(place(root)))
                .publish(model)
                .artifacts()
                .get(0);
        assertThat(artifact.version()).isEqualTo(1);
        assertThat(artifact.sha256()).isEqualTo(model.sha256());
        assertThat(names(root.resolve("fashion")).stream().filter(name -> !name.startsWith(Staging.PREFIX)))
                .containsExactly("1", "config.pbtxt", "labels.txt");
        assertThat(SmallDisk.content(root.resolve("fashion/1"))).containsExactlyInAnyOrderEntriesOf(model.files());
    }

    private static ModelFolder place(Path root) {
        return new ModelFolder("file://" + root, root, "fashion", Clock.systemUTC());
    }

    private static void write(Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }
}
