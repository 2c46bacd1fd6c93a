package dev.distillery.trainer.signing;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.DSADigestSigner;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.util.PrivateKeyFactory;

/** A private key on P-256 that signs what is published. Safe for several threads. */
public final class SigningKey {
    /** Names as in the Secret that {@code cosign generate-key-pair k8s://namespace/name} makes. */
    public static final String KEY_FILE = "cosign.key";

    public static final String PASSWORD_FILE = "cosign.password";

    private final ECPrivateKeyParameters key;

    private SigningKey(ECPrivateKeyParameters key) {
        this.key = key;
    }

    /**
     * @param folder with {@value #KEY_FILE} and, if the key is encrypted, {@value #PASSWORD_FILE}; without one the password
     *     is empty
     * @throws TrainerException INVALID_RECIPE if there is no such key or the password does not open it
     */
    public static SigningKey in(Path folder) {
        Path file = folder.resolve(KEY_FILE);
        try {
            Path password = folder.resolve(PASSWORD_FILE);
            return parse(Files.readString(file), Files.exists(password) ? Files.readAllBytes(password) : new byte[0]);
        } catch (IOException e) {
            throw invalid(file, "cannot be read (" + e + ")", e);
        } catch (IllegalArgumentException e) {
            throw invalid(file, "got " + e.getMessage(), e);
        }
    }

    private static TrainerException invalid(Path file, String problem, Exception cause) {
        return new TrainerException(
                ExitCode.INVALID_RECIPE,
                "spec.publish.signing.secretRef: " + file + ": " + problem
                        + ", expected a key as cosign generate-key-pair makes it, or ECDSA P-256 as PKCS #8 in PEM, and"
                        + " an encrypted key's password in " + PASSWORD_FILE,
                cause);
    }

    /**
     * @param pem a cosign key, or PKCS #8 without encryption
     * @throws IllegalArgumentException if it is neither, on another curve, or not opened by the password
     */
    static SigningKey parse(String pem, byte[] password) {
        Pem block = Pem.parse(pem);
        byte[] pkcs8 =
                switch (block.type()) {
                    case "PRIVATE KEY" -> block.content();
                    case "ENCRYPTED SIGSTORE PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY" ->
                        CosignKeyBox.parse(block.content()).open(password);
                    default -> throw new IllegalArgumentException("a PEM block " + block.type());
                };
        try {
            if (PrivateKeyFactory.createKey(pkcs8) instanceof ECPrivateKeyParameters key
                    && key.getParameters() instanceof ECNamedDomainParameters curve
                    && curve.getName().equals(SECObjectIdentifiers.secp256r1)) {
                return new SigningKey(key);
            }
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("no PKCS #8 key", e);
        }
        throw new IllegalArgumentException("a key that is not on P-256");
    }

    /** @return the signature of the content's SHA-256, by RFC 6979, DER, as base64 without a line end */
    public String sign(byte[] content) {
        DSADigestSigner signer =
                new DSADigestSigner(new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest())), new SHA256Digest());
        signer.init(true, key);
        signer.update(content, 0, content.length);
        return Base64.getEncoder().encodeToString(signer.generateSignature());
    }
}
