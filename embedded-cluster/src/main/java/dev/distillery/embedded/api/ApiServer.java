package dev.distillery.embedded.api;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.distillery.embedded.store.ObjectStore;
import dev.distillery.embedded.store.ObjectWriter;
import dev.distillery.embedded.store.ResourceTypes;
import dev.distillery.embedded.store.StatusException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Listens on 127.0.0.1, lets in who holds the token and turns every failure into a {@code Status}. */
public final class ApiServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ApiServer.class.getName());
    private static final Set<String> HEALTH_PATHS = Set.of("/healthz", "/livez", "/readyz");
    private static final int BACKLOG = 512;

    static {
        // Without it the JDK's server answers each small request on a kept connection 40 ms late.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // Clients keep idle connections for minutes and would run into the server's default of 30 s.
        System.setProperty("sun.net.httpserver.idleInterval", "3600");
    }

    private final HttpsServer http;
    private final ExecutorService threads;
    private final SelfSignedCertificate certificate;
    private final byte[] authorization;
    private final Discovery discovery;
    private final OpenApiDocuments openApi;
    private final ResourceEndpoint resources;

    private ApiServer(
            int port, String token, ResourceTypes types, ObjectStore store, ObjectWriter writer, PodLogFiles logs)
            throws IOException, GeneralSecurityException {
        this.authorization = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
        this.discovery = new Discovery(types);
        this.openApi = new OpenApiDocuments(types);
        this.resources = new ResourceEndpoint(
                types,
                store,
                writer,
                new Tables(Clock.systemUTC()),
                logs,
                new ServiceAccountTokens(store, types, Clock.systemUTC()));
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "api-server-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        this.certificate = SelfSignedCertificate.create(Instant.now());
        this.http = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), BACKLOG);
        http.setHttpsConfigurator(new HttpsConfigurator(certificate.serverContext()));
        http.setExecutor(threads);
        http.createContext("/", this::handle);
    }

    /**
     * @param port 0 for any free one
     * @throws UncheckedIOException when the port cannot be bound
     */
    public static ApiServer start(
            int port, String token, ResourceTypes types, ObjectStore store, ObjectWriter writer, PodLogFiles logs) {
        try {
            ApiServer server = new ApiServer(port, token, types, store, writer, logs);
            server.http.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("127.0.0.1:%d cannot be bound".formatted(port), e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK cannot make an EC certificate", e);
        }
    }

    public String url() {
        return "https://127.0.0.1:" + http.getAddress().getPort();
    }

    /** What clients are to trust, in PEM. */
    public String certificate() {
        return certificate.pem();
    }

    @Override
    public void close() {
        threads.shutdownNow();
        http.stop(0);
    }

    private void handle(HttpExchange exchange) {
        ApiResponse response = new ApiResponse(exchange);
        try (exchange) {
            try {
                route(ApiRequest.read(exchange), response);
            } catch (StatusException e) {
                refuse(response, e);
            } catch (RuntimeException | Error e) {
                LOG.log(System.Logger.Level.ERROR, exchange.getRequestURI().toString(), e);
                refuse(response, StatusException.internal(e));
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "the client went away", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void route(ApiRequest request, ApiResponse response) throws IOException, InterruptedException {
        if (HEALTH_PATHS.contains(request.path())) {
            response.text(200, "ok");
            return;
        }
        if (!MessageDigest.isEqual(
                authorization, request.header("Authorization").getBytes(StandardCharsets.UTF_8))) {
            throw StatusException.unauthorized();
        }
        List<String> segments = request.segments();
        String first = segments.isEmpty() ? "" : segments.get(0);
        if (first.equals("version")) {
            response.json(200, Discovery.version());
        } else if (first.equals("openapi")) {
            response.json(200, openApi.document(request.path()));
        } else if (Discovery.covers(segments)) {
            response.json(200, discovery.document(segments));
        } else {
            resources.serve(request, response);
        }
    }

    private static void refuse(ApiResponse response, StatusException refusal) throws IOException {
        if (!response.started()) {
            response.json(refusal.code(), refusal.status());
        }
    }
}
