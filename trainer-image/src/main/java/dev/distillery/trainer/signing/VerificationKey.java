package dev.distillery.trainer.signing;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** The public half of a {@link SigningKey}: {@code cosign.pub}. */
public final class VerificationKey {
    private final PublicKey key;

    private VerificationKey(PublicKey key) {
        this.key = key;
    }

    /** @throws TrainerException USAGE if the file is no public key for ECDSA in PEM */
    public static VerificationKey read(Path file) {
        try {
            Pem block = Pem.parse(Files.readString(file));
            if (!block.type().equals("PUBLIC KEY")) {
                throw new IllegalArgumentException("a PEM block " + block.type());
            }
            return new VerificationKey(
                    KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(block.content())));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new TrainerException(
                    ExitCode.USAGE,
                    "--key " + file + ": got " + e.getMessage() + ", expected a public key like cosign.pub",
                    e);
        }
    }

    /** @param signature as {@link SigningKey#sign} writes it, and in no other spelling of base64 */
    public boolean verifies(byte[] content, String signature) {
        try {
            byte[] der = Base64.getDecoder().decode(signature);
            if (!Base64.getEncoder().encodeToString(der).equals(signature)) {
                return false;
            }
            Signature check = Signature.getInstance("SHA256withECDSA");
            check.initVerify(key);
            check.update(content);
            return check.verify(der);
        } catch (IllegalArgumentException | SignatureException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("ECDSA over SHA-256 is in every JDK", e);
        }
    }
}
