package dev.distillery.trainer.publish.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.distillery.recipe.Publish;
import dev.distillery.report.Artifact;
import dev.distillery.report.TrainerEnvironment;
import dev.distillery.trainer.publish.Credentials;
import dev.distillery.trainer.publish.ModelRepository;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.publish.Patience;
import dev.distillery.trainer.publish.TlsIdentity;
import dev.distillery.trainer.signing.SigningKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import land.oras.ContainerRef;
import land.oras.Layer;
import land.oras.Manifest;
import land.oras.Registry;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Debian's docker-registry on loopback, with one user. */
final class DockerRegistry implements AutoCloseable {
    static final Path PROGRAM = Path.of("/usr/bin/docker-registry");
    static final String USER = "trainer";
    static final String PASSWORD = "open-sesame";
    static final Map<String, String> LOGIN = Map.of("username", USER, "password", PASSWORD);
    static final Patience NONE = new Patience(1, Duration.ofMillis(1));

    /** Of {@link #PASSWORD}, by {@code htpasswd -nbB}. */
    private static final String HASH = "$2b$05$VDGF3q/ElTOS1aWIKwxNNeF3flJUaRyeXHGZ9.4SkhZCx2snb/JPC";

    private final Process process;
    private final int port;
    private final Path data;

    /** Skips the tests of a class where there is no registry. */
    static void assumeInstalled() {
        assumeThat(Files.isExecutable(PROGRAM))
                .as("apt-get install docker-registry; without it nothing is tested here")
                .isTrue();
    }

    /** @param folder for its data */
    DockerRegistry(Path folder) throws IOException {
        this(folder, null);
    }

    /** @param identity for TLS; null for none */
    DockerRegistry(Path folder, TlsIdentity identity) throws IOException {
        port = freePort();
        data = folder.resolve("data");
        Path users = Files.writeString(folder.resolve("htpasswd"), USER + ":" + HASH + "\n");
        Path config = Files.writeString(
                folder.resolve("registry.yml"),
                """
                version: 0.1
                log: {level: error}
                storage:
                  filesystem: {rootdirectory: "%s"}
                http: {addr: "127.0.0.1:%d"%s}
                auth:
                  htpasswd: {realm: test, path: "%s"}
                """
                        .formatted(data, port, tls(identity), users));
        process = new ProcessBuilder(PROGRAM.toString(), "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("registry.log").toFile())
                .start();
        await().atMost(Duration.ofSeconds(30)).until(identity == null ? this::answers : this::listens);
    }

    private static String tls(TlsIdentity identity) {
        return identity == null
                ? ""
                : ", tls: {certificate: \"" + identity.certificate() + "\", key: \"" + identity.key() + "\"}";
    }

    private boolean listens() {
        assertThat(process.isAlive()).isTrue();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private boolean answers() {
        assertThat(process.isAlive()).isTrue();
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) uri().resolve("/v2/").toURL().openConnection();
            return connection.getResponseCode() == HttpURLConnection.HTTP_UNAUTHORIZED;
        } catch (IOException e) {
            return false;
        }
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    URI uri() {
        return URI.create("http://" + address());
    }

    OciRepository repository(String namespace) {
        return repository(address(), namespace, LOGIN, NONE);
    }

    /** @param address this registry's, or of what stands before it */
    static OciRepository repository(String address, String namespace, Map<String, String> secret, Patience patience) {
        Publish.Destination destination = destination(address, namespace, null);
        return OciRepository.open(destination, "fashion", credentials(destination, secret), patience);
    }

    static Publish.Destination destination(String address, String namespace, Publish.Destination.Format format) {
        return new Publish.Destination(
                "oci://" + address + "/" + namespace, new Publish.SecretRef("registry"), null, null, true, format);
    }

    static Credentials credentials(Publish.Destination destination, Map<String, String> secret) {
        Map<String, String> env = new HashMap<>();
        secret.forEach((key, value) -> env.put(TrainerEnvironment.destinationPrefix(0) + key, value));
        return Credentials.of(0, destination, env);
    }

    static Artifact publish(OciModel place, ModelVersion model) {
        try (ModelRepository repository = new ModelRepository(List.of(place))) {
            return repository.publish(model).artifacts().get(0);
        }
    }

    Artifact publish(String namespace, ModelVersion model) {
        return publish(namespace, model, null);
    }

    /** @param key which signs the image; null for none */
    Artifact publish(String namespace, ModelVersion model, SigningKey key) {
        return publish(address(), namespace, LOGIN, NONE, model, key);
    }

    /** @param address this registry's, or of what stands before it */
    static Artifact publish(
            String address,
            String namespace,
            Map<String, String> secret,
            Patience patience,
            ModelVersion model,
            SigningKey key) {
        return publish(new OciModel(repository(address, namespace, secret, patience), false, key), model);
    }

    List<String> tags(String namespace) {
        return repository(namespace).tags();
    }

    /** As another client has it. */
    Manifest manifest(String namespace, String tag) {
        return client().getManifest(ref(namespace).withTag(tag));
    }

    byte[] blob(String namespace, Layer layer) throws IOException {
        return client().fetchBlob(ref(namespace).withDigest(layer.getDigest())).readAllBytes();
    }

    /** @return the content of each file in the image's layers, by its path */
    Map<String, byte[]> files(String namespace, Manifest manifest) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        for (Layer layer : manifest.getLayers()) {
            try (TarArchiveInputStream in =
                    new TarArchiveInputStream(new ByteArrayInputStream(blob(namespace, layer)))) {
                for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                    if (!entry.isDirectory()) {
                        files.put(entry.getName(), in.readAllBytes());
                    }
                }
            }
        }
        return files;
    }

    private Registry client() {
        return Registry.builder()
                .defaults(address(), USER, PASSWORD)
                .withInsecure(true)
                .build();
    }

    private ContainerRef ref(String namespace) {
        return ContainerRef.parse(address() + "/" + namespace + "/fashion");
    }

    /** @param hex SHA-256 of its content */
    Path blob(String hex) {
        return data.resolve("docker/registry/v2/blobs/sha256")
                .resolve(hex.substring(0, 2))
                .resolve(hex)
                .resolve("data");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
