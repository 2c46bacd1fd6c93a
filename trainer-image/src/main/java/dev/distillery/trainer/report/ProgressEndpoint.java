package dev.distillery.trainer.report;

import dev.distillery.report.ProgressReport;
import dev.distillery.report.ReportJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The operator's address for progress: POST of a {@link ProgressReport} as JSON, with the pod's own token. */
final class ProgressEndpoint {
    private static final int MAX_REASON = 200;

    private final URI url;
    private final Path tokenFile;
    private final HttpClient client;

    /**
     * @param tokenFile read for each report, since the token in it is renewed; null for none
     * @param authority certificates to trust, in PEM; null for those of the JVM
     * @throws IllegalArgumentException if the URL is not http or https, or the authority no certificate in PEM
     */
    ProgressEndpoint(URI url, Path tokenFile, String authority) {
        HttpRequest.newBuilder(url); // refuses what is no http URL now rather than at the first post
        this.url = url;
        this.tokenFile = tokenFile;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofSeconds(2));
        this.client = authority == null
                ? builder.build()
                : builder.sslContext(TrustedAuthority.context(authority)).build();
    }

    /** @return null if the operator took it, else what went wrong */
    String post(ProgressReport report, Duration timeout) throws InterruptedException {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(url)
                    .timeout(timeout)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(ReportJson.write(report)));
            if (tokenFile != null) {
                request.header(
                        "Authorization", "Bearer " + Files.readString(tokenFile).strip());
            }
            HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() / 100 == 2 ? null : refusal(answer);
        } catch (IOException e) {
            return e.toString();
        } catch (RuntimeException e) {
            // Its message may hold what stands in the token file.
            return e.getClass().getName() + " with the token in " + tokenFile;
        }
    }

    private static String refusal(HttpResponse<String> answer) {
        String reason = answer.body().strip();
        return "it answered HTTP " + answer.statusCode() + (reason.isEmpty() ? "" : ": ")
                + (reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) + "…" : reason);
    }

    @Override
    public String toString() {
        return url.toString();
    }
}
