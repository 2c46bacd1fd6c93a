package dev.distillery.operator.faults;

import dev.distillery.operator.ProgressClient;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The newest report of the pod before: under way while that pod ends, it arrives once its successor was heard. */
final class LateReport {
    private static final int TAKEN = 204;

    private final Path file;
    private final String pod;
    private final ProgressClient client;
    private final Journal journal;
    /** Of another pod, where it goes, its token, and the report; empty for none. */
    private List<String> before;

    /** @param file in which reports outlive their pod */
    LateReport(Path file, String pod, ProgressClient client, Journal journal) throws IOException {
        this.file = file;
        this.pod = pod;
        this.client = client;
        this.journal = journal;
        this.before = Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    void arrive() throws IOException, InterruptedException {
        List<String> once = before;
        before = List.of();
        if (once.size() != 4) {
            return;
        }
        byte[] report = once.get(3).getBytes(StandardCharsets.UTF_8);
        if (client.post(URI.create(once.get(1)), once.get(2), report).statusCode() == TAKEN) {
            journal.add(Journal.STALE, once.get(0), pod);
        }
    }

    void keep(byte[] report) throws IOException {
        Files.write(
                file,
                List.of(pod, client.url().toString(), client.token(), new String(report, StandardCharsets.UTF_8)));
    }
}
