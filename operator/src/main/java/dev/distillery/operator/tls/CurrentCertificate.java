package dev.distillery.operator.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jboss.logging.Logger;

/** The certificate in use. Looked up again every so often; each new connection gets the newest. */
public final class CurrentCertificate implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(CurrentCertificate.class);
    private static final Duration LOOK = Duration.ofMinutes(5);
    private static final String ALIAS = "server";

    private final CertificateSecret secret;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "certificate");
        thread.setDaemon(true);
        return thread;
    });
    private volatile ServerCertificate current;

    /** @throws RuntimeException if there is no certificate to begin with */
    public CurrentCertificate(CertificateSecret secret) {
        this.secret = secret;
        this.current = secret.upToDate();
        var unused = timer.scheduleWithFixedDelay(this::look, LOOK.toSeconds(), LOOK.toSeconds(), TimeUnit.SECONDS);
    }

    /** What clients are to trust, in PEM. */
    public String authority() {
        return current.authority();
    }

    /** For a server; it shows the newest certificate. */
    public X509ExtendedKeyManager keys() {
        return new Keys();
    }

    /** With trouble, the certificate stays as it is: it is good for weeks yet. */
    void look() {
        try {
            current = secret.upToDate();
        } catch (RuntimeException e) {
            LOG.warnf("the certificate could not be looked up, the one in use stays: %s", e.getMessage());
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private final class Keys extends X509ExtendedKeyManager {
        @Override
        public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
            return serves(keyType) ? ALIAS : null;
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return serves(keyType) ? ALIAS : null;
        }

        private boolean serves(String keyType) {
            return keyType.startsWith(current.key().getAlgorithm());
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return current.chain().toArray(X509Certificate[]::new);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return current.key();
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return new String[0];
        }

        @Override
        public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
            return null;
        }
    }
}
