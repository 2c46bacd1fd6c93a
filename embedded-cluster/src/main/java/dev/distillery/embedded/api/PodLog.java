package dev.distillery.embedded.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.embedded.store.Metadata;
import dev.distillery.embedded.store.ObjectKey;
import dev.distillery.embedded.store.ObjectStore;
import dev.distillery.embedded.store.ResourceType;
import dev.distillery.embedded.store.StatusException;
import dev.distillery.embedded.store.Subscription;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** {@code …/pods/NAME/log}, whole or from the last lines on, and on request until the pod's process has ended. */
final class PodLog {
    private static final Duration FOLLOW_INTERVAL = Duration.ofMillis(200);
    private static final Set<String> FINAL_PHASES = Set.of("Succeeded", "Failed");
    private static final int BUFFER_BYTES = 8192;

    private final ObjectStore store;
    private final ResourceType pods;
    private final ObjectKey key;
    private final PodLogFiles files;

    PodLog(ObjectStore store, ResourceType pods, ObjectKey key, PodLogFiles files) {
        this.store = store;
        this.pods = pods;
        this.key = key;
        this.files = files;
    }

    void serve(ApiRequest request, ApiResponse response) throws IOException, InterruptedException {
        if (!request.method().equals("GET")) {
            throw StatusException.methodNotAllowed();
        }
        ObjectNode pod = store.find(key).orElseThrow(() -> StatusException.notFound(pods, key.name()));
        Path file = files.of(pod);
        if (!Files.exists(file)) {
            throw StatusException.badRequest("container \"%s\" in pod \"%s\" is waiting to start"
                    .formatted(
                            pod.path("spec")
                                    .path("containers")
                                    .path(0)
                                    .path("name")
                                    .asText(),
                            key.name()));
        }
        Optional<Long> tailLines = request.number("tailLines");
        try (InputStream log = Files.newInputStream(file);
                Subscription changes = store.watch(pods, key.namespace(), store.resourceVersion())) {
            OutputStream body = response.stream("text/plain; charset=utf-8");
            if (tailLines.isPresent()) {
                log.skipNBytes(tailStart(file, tailLines.get()));
            }
            boolean follow = request.flag("follow");
            boolean running = follow && isRunning(Metadata.uid(pod));
            copy(log, body);
            while (running) {
                changes.next(FOLLOW_INTERVAL);
                running = isRunning(Metadata.uid(pod));
                copy(log, body);
            }
        }
    }

    private boolean isRunning(String uid) {
        return store.find(key)
                .filter(pod -> Metadata.uid(pod).equals(uid))
                .filter(pod ->
                        !FINAL_PHASES.contains(pod.path("status").path("phase").asText()))
                .isPresent();
    }

    private static void copy(InputStream log, OutputStream body) throws IOException {
        if (log.transferTo(body) > 0) {
            body.flush();
        }
    }

    /** Where the last {@code lines} lines of the file begin. */
    private static long tailStart(Path file, long lines) throws IOException {
        long breaks = 0;
        long offset = 0;
        long total = countLines(file);
        try (InputStream log = Files.newInputStream(file)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = log.read(buffer); read > 0 && breaks < total - lines; read = log.read(buffer)) {
                for (int i = 0; i < read && breaks < total - lines; i++, offset++) {
                    if (buffer[i] == '\n') {
                        breaks++;
                    }
                }
            }
        }
        return offset;
    }

    /** A last line without its line break counts too. */
    private static long countLines(Path file) throws IOException {
        long lines = 0;
        boolean open = false;
        try (InputStream log = Files.newInputStream(file)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = log.read(buffer); read > 0; read = log.read(buffer)) {
                for (int i = 0; i < read; i++) {
                    open = buffer[i] != '\n';
                    lines += open ? 0 : 1;
                }
            }
        }
        return lines + (open ? 1 : 0);
    }
}
