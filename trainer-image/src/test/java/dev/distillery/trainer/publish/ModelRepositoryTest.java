package dev.distillery.trainer.publish;

import static dev.distillery.trainer.publish.BundleFixture.bundle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.data.SourceLocation;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRepositoryTest {
    private static final Instant NOW = Instant.parse("2026-01-02T00:00:00Z");

    @TempDir
    Path folder;

    @Test
    void laysAModelOutForTriton() throws Exception {
        List<Artifact> artifacts = publish(bundle("run-1", null, root("a")));
        assertThat(artifacts).hasSize(1);
        assertThat(artifacts.get(0).uri()).isEqualTo("file://" + root("a") + "/fashion/1");
        assertThat(artifacts.get(0).version()).isEqualTo(1);
        assertThat(names(model("a"))).containsExactly("1", "config.pbtxt", "labels.txt");
        assertThat(names(model("a").resolve("1")))
                .containsExactly(
                        "SHA256SUMS",
                        "config.pbtxt",
                        "labels.txt",
                        "learning-curve.png",
                        "learning-curve.svg",
                        "model-card.md",
                        "model-int8.onnx",
                        "model.onnx",
                        "preprocessing.json",
                        "provenance.json",
                        "recipe.json",
                        "report.json");
        assertThat(Files.readString(model("a").resolve("config.pbtxt")))
                .contains("name: \"fashion\"", "dims: [ 28, 28, 1 ]", "max_batch_size: 64");
    }

    @Test
    void everyoneMayReadWhatTheUmaskAllows() throws Exception {
        publish(bundle("run-1", null, root("a")));
        assertThat(Files.getPosixFilePermissions(model("a").resolve("1")))
                .isEqualTo(Files.getPosixFilePermissions(Files.createDirectory(folder.resolve("plain"))))
                .contains(PosixFilePermission.OWNER_EXECUTE);
    }

    @Test
    void takesTheNextNumberAndTheRecipesNumber() {
        assertThat(publish("run-1", null)).isEqualTo(1);
        assertThat(publish("run-2", 7)).isEqualTo(7);
        assertThat(publish("run-3", null)).isEqualTo(8);
    }

    @Test
    void afterTheGreatestNumberThereIsNoNext() {
        publish("run-1", 999_999_999);
        refused(
                bundle("run-2", null, root("a")),
                "spec.publish.version: got none",
                "999999999",
                "spec.publish.modelName");
        assertThat(publish("run-3", 7)).isEqualTo(7);
    }

    @Test
    void oneRunPublishesOnce() throws Exception {
        List<Artifact> first = publish(bundle("run-1", null, root("a")));
        FileTime written = Files.getLastModifiedTime(model("a").resolve("1/model.onnx"));
        assertThat(publish(bundle("run-1", null, root("a")))).isEqualTo(first);
        assertThat(Files.getLastModifiedTime(model("a").resolve("1/model.onnx")))
                .isEqualTo(written);
        assertThat(names(model("a"))).containsExactly("1", "config.pbtxt", "labels.txt");
    }

    @Test
    void aVersionOfThisRunThatSomebodyChangedIsNoticed() throws Exception {
        publish("run-1", null);
        Path labels = model("a").resolve("1/labels.txt");
        byte[] whole = Files.readAllBytes(labels);
        Files.writeString(labels, "other");
        refused(bundle("run-1", null, root("a")), "1/labels.txt: was changed after it was published");
        Files.write(labels, whole);
        Files.delete(model("a").resolve("1/SHA256SUMS"));
        refused(bundle("run-1", null, root("a")), "1/SHA256SUMS: was changed after it was published");
    }

    @Test
    void aRunCutOffBetweenTwoDestinationsEndsWell() throws Exception {
        publish(bundle("run-0", null, root("b")));
        List<Artifact> before = publish(bundle("run-1", null, root("a")));
        List<Artifact> after = publish(bundle("run-1", null, root("a"), root("b")));
        assertThat(after.get(0)).isEqualTo(before.get(0));
        assertThat(after.get(1).version()).isEqualTo(2);
    }

    @Test
    void neverOverwritesAVersion() throws Exception {
        publish("run-1", 3);
        byte[] report = Files.readAllBytes(model("a").resolve("3/report.json"));
        refused(bundle("run-2", 3, root("a")), "spec.publish.version: got 3", "another run");
        assertThat(Files.readAllBytes(model("a").resolve("3/report.json"))).isEqualTo(report);
        assertThat(names(model("a"))).containsExactly("3", "config.pbtxt", "labels.txt");
        Files.createDirectory(model("a").resolve("4"));
        refused(bundle("run-2", 4, root("a")), "spec.publish.version: got 4");
    }

    @Test
    void whatLiesBesideTheVersionsIsTheLatestOnes() throws Exception {
        publish("run-3", 3);
        Files.writeString(model("a").resolve("config.pbtxt"), "# of version 3\n", StandardOpenOption.APPEND);
        publish("run-2", 2);
        assertThat(Files.readString(model("a").resolve("config.pbtxt"))).endsWith("# of version 3\n");
        publish("run-4", 4);
        assertThat(Files.readString(model("a").resolve("config.pbtxt"))).doesNotContain("# of version 3");
    }

    @Test
    void twoRunsAtOnceGetTwoVersions() throws Exception {
        int runs = 6;
        CyclicBarrier start = new CyclicBarrier(runs);
        ExecutorService threads = Executors.newFixedThreadPool(runs);
        List<Future<Integer>> versions = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            String runId = "run-" + i;
            versions.add(threads.submit(() -> {
                start.await();
                return publish(runId, null);
            }));
        }
        List<Integer> got = new ArrayList<>();
        for (Future<Integer> version : versions) {
            got.add(version.get());
        }
        threads.shutdown();
        assertThat(got).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6);
        assertThat(names(model("a"))).noneMatch(name -> name.startsWith("."));
    }

    @Test
    void refusesAFolderOfAnotherModel() throws Exception {
        publish("run-1", null);
        Bundle other = BundleFixture.bundle(
                "run-2",
                ModelInput.Form.PIXELS,
                List.of("cat", "dog", "bird"),
                BundleFixture.recipe(null, "file://" + root("a")));
        refused(other, "labels.txt", "cat", "spec.publish.modelName");
        Bundle otherInput =
                BundleFixture.bundle("run-2", ModelInput.Form.NORMALISED, BundleFixture.CLASSES, other.recipe());
        refused(otherInput, "config.pbtxt", "TYPE_UINT8 [28,28,1]", "TYPE_FP32 [1,28,28]");
        assertThat(names(model("a"))).containsExactly("1", "config.pbtxt", "labels.txt");
    }

    @Test
    void clearsAwayWhatDeadRunsLeftBehind() throws Exception {
        Path old = leftBehind(".staging-old", Duration.ofHours(25));
        Path recent = leftBehind(".staging-recent", Duration.ofHours(23));
        assertThat(publish("run-1", null)).isEqualTo(1);
        assertThat(old).doesNotExist();
        assertThat(recent).exists();
    }

    @Test
    void anUnwritableDestinationLeavesNothingVisibleAnywhere() throws Exception {
        Files.writeString(folder.resolve("b"), "a file where a folder should be");
        refused(bundle("run-1", null, root("a"), root("b")), "file://" + root("b"), "nothing is visible");
        assertThat(model("a")).doesNotExist();
    }

    @Test
    void publishesIntoClaims() {
        SourceLocation claims = new SourceLocation(Map.of("models", folder.resolve("models")));
        Bundle bundle = BundleFixture.bundle(
                "run-1",
                ModelInput.Form.PIXELS,
                BundleFixture.CLASSES,
                BundleFixture.recipe(null, "pvc://models/vision/"));
        assertThat(new ModelRepository(Destinations.of(bundle.recipe(), claims, Map.of(), null))
                        .publish(ModelVersion.of(bundle, null))
                        .artifacts()
                        .get(0)
                        .uri())
                .isEqualTo("pvc://models/vision/fashion/1");
        assertThat(folder.resolve("models/vision/fashion/1/model.onnx")).exists();
    }

    private static List<Artifact> publish(Bundle bundle) {
        List<Destination> folders = bundle.recipe().spec().publish().destinations().stream()
                .<Destination>map(each -> new ModelFolder(
                        each.uri(),
                        Path.of(URI.create(each.uri())),
                        bundle.modelName(),
                        Clock.fixed(NOW, ZoneOffset.UTC)))
                .toList();
        return new ModelRepository(folders)
                .publish(ModelVersion.of(bundle, null))
                .artifacts();
    }

    private int publish(String runId, Integer version) {
        return publish(bundle(runId, version, root("a"))).get(0).version();
    }

    private void refused(Bundle bundle, String... parts) {
        TrainerException e = catchThrowableOfType(TrainerException.class, () -> publish(bundle));
        assertThat(e.exitCode()).isEqualTo(ExitCode.PUBLISH_FAILED);
        assertThat(e).hasMessageContainingAll(parts);
    }

    private Path leftBehind(String name, Duration age) throws IOException {
        Path left = Files.createDirectories(model("a").resolve(name));
        Files.writeString(left.resolve("model.onnx"), "half");
        Files.setLastModifiedTime(left, FileTime.from(NOW.minus(age)));
        return left;
    }

    private Path root(String name) {
        return folder.resolve(name);
    }

    private Path model(String root) {
        return root(root).resolve("fashion");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }
}
