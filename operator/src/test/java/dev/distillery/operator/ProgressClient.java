package dev.distillery.operator;

import dev.distillery.report.TrainerEnvironment;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Posts a pod's reports as the trainer does: over TLS, with the pod's own token. */
public final class ProgressClient {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final URI url;
    private final Path token;
    private final HttpClient client;

    private ProgressClient(URI url, Path token, HttpClient client) {
        this.url = url;
        this.token = token;
        this.client = client;
    }

    public static ProgressClient fromEnvironment() throws IOException {
        return new ProgressClient(
                URI.create(System.getenv(TrainerEnvironment.PROGRESS_URL)),
                Path.of(System.getenv(TrainerEnvironment.PROGRESS_TOKEN_FILE)),
                TrustingClient.of(System.getenv(TrainerEnvironment.PROGRESS_AUTHORITY)));
    }

    public URI url() {
        return url;
    }

    public String token() throws IOException {
        return Files.readString(token).strip();
    }

    public HttpResponse<String> post(byte[] report) throws IOException, InterruptedException {
        return post(url, token(), report);
    }

    public HttpResponse<String> post(URI to, String bearer, byte[] report) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(to)
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + bearer)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(report))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
