package dev.distillery.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * etcd, API server, controller manager and scheduler on free ports of the loopback interface. There is no node: whoever
 * needs pods to run registers one and plays its kubelet. The node lifecycle controller is off, so that such a node needs
 * no heartbeat.
 */
public final class ControlPlane implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final int KEY_BITS = 2048;
    private static final int PEM_LINE = 64;

    /** Users by their token, which is their name. */
    private static final Map<String, String> USERS = Map.of(
            "admin", "admin,admin,,system:masters",
            "controllers", "controllers,system:kube-controller-manager,",
            "scheduler", "scheduler,system:kube-scheduler,");

    private final KubernetesBinaries binaries;
    private final Path folder;
    private final Deque<Server> servers = new ArrayDeque<>();
    private final String url;
    private final KubernetesClient client;

    private ControlPlane(KubernetesBinaries binaries, Path folder, boolean controllers) {
        this.binaries = binaries;
        this.folder = folder;
        this.url = "https://" + HOST + ":" + Server.freePort();
        try {
            Files.createDirectories(folder);
            writeSecrets();
            String etcd = startEtcd();
            startApiServer(etcd);
            // The API server makes its certificate before it listens; a client reads it when it is built.
            servers.peek().await(() -> Files.size(certificate()) > 0);
            this.client =
                    new KubernetesClientBuilder().withConfig(config("admin")).build();
            servers.peek().await(() -> "ok".equals(client.raw("/readyz")));
            if (controllers) {
                startControllers();
            }
        } catch (RuntimeException | IOException e) {
            close();
            throw e instanceof IOException io ? new UncheckedIOException(io) : (RuntimeException) e;
        }
    }

    /**
     * @param folder for data, keys, kubeconfigs and logs; made if absent
     * @return once the API server is ready and the default namespace has its service account
     */
    public static ControlPlane start(KubernetesBinaries binaries, Path folder) {
        return new ControlPlane(binaries, folder.toAbsolutePath(), true);
    }

    /** etcd and API server only: whoever asks plays the controllers and makes the service accounts, or starts them later. */
    public static ControlPlane startApiServer(KubernetesBinaries binaries, Path folder) {
        return new ControlPlane(binaries, folder.toAbsolutePath(), false);
    }

    public String url() {
        return url;
    }

    /** An administrator's client, closed with this. */
    public KubernetesClient client() {
        return client;
    }

    /** @return an administrator's */
    public Path kubeconfig() {
        return kubeconfig("admin");
    }

    /**
     * @param token a service account's, for instance
     * @return a file for whoever has this token
     */
    public Path kubeconfig(String token) {
        Path file = folder.resolve("kubeconfig-" + Integer.toHexString(token.hashCode()));
        write(
                file,
                """
                apiVersion: v1
                kind: Config
                clusters: [{name: real, cluster: {server: "%s", certificate-authority: "%s"}}]
                users: [{name: user, user: {token: "%s"}}]
                contexts: [{name: real, context: {cluster: real, user: user, namespace: default}}]
                current-context: real
                """
                        .formatted(url, certificate(), token));
        return file;
    }

    /** @return for a client of whoever has this token */
    public Config config(String token) {
        return new ConfigBuilder(Config.empty())
                .withMasterUrl(url)
                .withCaCertFile(certificate().toString())
                .withOauthToken(token)
                .withNamespace("default")
                .build();
    }

    /** @return the API server's, for loopback, with the authority that signed it */
    Path certificate() {
        return folder.resolve("certificates/apiserver.crt");
    }

    /** @return of the certificate */
    Path key() {
        return folder.resolve("certificates/apiserver.key");
    }

    private String startEtcd() {
        String clients = "http://" + HOST + ":" + Server.freePort();
        String peers = "http://" + HOST + ":" + Server.freePort();
        start(
                "etcd",
                "--data-dir=" + folder.resolve("etcd"),
                "--listen-client-urls=" + clients,
                "--advertise-client-urls=" + clients,
                "--listen-peer-urls=" + peers,
                "--initial-advertise-peer-urls=" + peers,
                "--initial-cluster=default=" + peers,
                "--unsafe-no-fsync",
                "--log-level=warn");
        return clients;
    }

    private void startApiServer(String etcd) {
        start(
                "kube-apiserver",
                "--etcd-servers=" + etcd,
                "--bind-address=" + HOST,
                "--advertise-address=" + HOST,
                "--secure-port=" + url.substring(url.lastIndexOf(':') + 1),
                "--cert-dir=" + folder.resolve("certificates"),
                "--token-auth-file=" + folder.resolve("tokens.csv"),
                "--authorization-mode=RBAC",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-signing-key-file=" + folder.resolve("accounts.key"),
                "--service-account-key-file=" + folder.resolve("accounts.key"),
                "--service-cluster-ip-range=10.0.0.0/24",
                "--feature-gates=ImageVolume=true",
                "--allow-privileged=true");
    }

    /**
     * Controller manager and scheduler. The garbage collector looks for kinds every 30 s: what is owned by one that is
     * defined before goes at once with its owner.
     */
    public void startControllers() {
        startControllerManager();
        startScheduler();
        servers.peek()
                .await(() -> client.serviceAccounts()
                                .inNamespace("default")
                                .withName("default")
                                .get()
                        != null);
    }

    private void startControllerManager() {
        start(
                "kube-controller-manager",
                "--kubeconfig=" + kubeconfig("controllers"),
                "--secure-port=0",
                "--leader-elect=false",
                "--use-service-account-credentials=true",
                "--service-account-private-key-file=" + folder.resolve("accounts.key"),
                "--root-ca-file=" + certificate(),
                "--controllers=*,-node-lifecycle-controller,-node-ipam-controller,-cloud-node-lifecycle-controller");
    }

    private void startScheduler() {
        start("kube-scheduler", "--kubeconfig=" + kubeconfig("scheduler"), "--secure-port=0", "--leader-elect=false");
    }

    private void start(String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(binaries.program(program).toString()));
        command.addAll(List.of(arguments));
        servers.push(Server.start(command, folder));
    }

    private void writeSecrets() {
        write(folder.resolve("tokens.csv"), String.join("\n", USERS.values()) + "\n");
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(KEY_BITS);
            String key = Base64.getMimeEncoder(PEM_LINE, new byte[] {'\n'})
                    .encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
            write(
                    folder.resolve("accounts.key"),
                    "-----BEGIN PRIVATE KEY-----\n" + key + "\n-----END PRIVATE KEY-----\n");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has RSA", e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
        servers.forEach(Server::close);
    }
}
