package dev.distillery.trainer.report;

import dev.distillery.report.ProgressReport;
import dev.distillery.report.ReportJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The operator's address for progress: POST of a {@link ProgressReport} as JSON, with a bearer token. */
final class ProgressEndpoint {
    private final URI url;
    private final String token;
    private final HttpClient client;

    /**
     * @param token null for none
     * @throws IllegalArgumentException if the URL is not http or https
     */
    ProgressEndpoint(URI url, String token) {
        HttpRequest.newBuilder(url); // refuses what is no http URL now rather than at the first post
        this.url = url;
        this.token = token;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofSeconds(2))
                .build();
    }

    /** @return null if the operator took it, else what went wrong */
    String post(ProgressReport report, Duration timeout) throws InterruptedException {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(url)
                    .timeout(timeout)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(ReportJson.write(report)));
            if (token != null && !token.isBlank()) {
                request.header("Authorization", "Bearer " + token.strip());
            }
            int status = client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            return status / 100 == 2 ? null : "it answered HTTP " + status;
        } catch (IOException | RuntimeException e) {
            return e.toString();
        }
    }

    @Override
    public String toString() {
        return url.toString();
    }
}
