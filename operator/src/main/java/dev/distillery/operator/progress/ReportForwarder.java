package dev.distillery.operator.progress;

import dev.distillery.operator.leader.Leadership;
import dev.distillery.operator.leader.Replica;
import dev.distillery.operator.tls.CurrentCertificate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * Hands reports on, token and all, to the replica that leads: it judges them. The connection goes to the address that the
 * lease names, and ends unless who listens there has the certificate of the endpoint's own name.
 */
public final class ReportForwarder {
    /** Marks a report that was handed on; it is not handed on again. */
    static final String FORWARDED = "Distillery-Forwarded";

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int CONNECTIONS = 32;
    private static final int WAITING = 1000;

    private final Vertx vertx;
    private final Leadership leadership;
    private final CurrentCertificate certificate;
    private final String host;
    private String trusted = "";
    private HttpClient client;

    /** @param host that the endpoint's certificate is for */
    public ReportForwarder(Vertx vertx, Leadership leadership, CurrentCertificate certificate, String host) {
        this.vertx = vertx;
        this.leadership = leadership;
        this.certificate = certificate;
        this.host = host;
    }

    /** @return the leader's answer, or 503; never fails */
    Future<Answer> forward(String path, String authorization, byte[] body) {
        Optional<Replica> leader = leadership.leader();
        if (leader.isEmpty()) {
            return Future.succeededFuture(Answer.unavailable("no replica leads now"));
        }
        RequestOptions to = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(SocketAddress.inetSocketAddress(
                        leader.get().port(), leader.get().address()))
                .setHost(host)
                .setPort(leader.get().port())
                .setURI(path)
                .setTimeout(PATIENCE.toMillis());
        return client().request(to)
                .compose(request -> send(request, authorization, body))
                .recover(failure -> Future.succeededFuture(
                        Answer.unavailable("the replica that leads cannot be reached: " + failure.getMessage())));
    }

    private static Future<Answer> send(HttpClientRequest request, String authorization, byte[] body) {
        request.putHeader(FORWARDED, "true").putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
        if (authorization != null) {
            request.putHeader(HttpHeaders.AUTHORIZATION, authorization);
        }
        return request.send(Buffer.buffer(body)).compose(response -> response.body()
                .map(text -> new Answer(
                        response.statusCode(),
                        "forwarded",
                        response.statusCode() == 204 ? null : text.toString().strip())));
    }

    /** A new one whenever the authority was replaced. */
    private synchronized HttpClient client() {
        String authority = certificate.authority();
        if (!authority.equals(trusted)) {
            if (client != null) {
                client.close();
            }
            client = vertx.createHttpClient(new HttpClientOptions()
                    .setSsl(true)
                    .setVerifyHost(true)
                    .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(authority)))
                    .setConnectTimeout((int) PATIENCE.toMillis())
                    .setMaxWaitQueueSize(WAITING)
                    .setMaxPoolSize(CONNECTIONS));
            trusted = authority;
        }
        return client;
    }
}
