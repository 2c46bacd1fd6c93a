package dev.distillery.trainer.signing;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A pair of keys; {@code signing/README.md} in the tests' resources says where they come from. */
public final class SigningFixture {
    private SigningFixture() {}

    /** @param folder for a folder of the key */
    public static SigningKey key(Path folder) throws IOException {
        Path keys = Files.createDirectories(folder.resolve("signing-key"));
        Files.copy(resource("plain.key"), keys.resolve("cosign.key"), StandardCopyOption.REPLACE_EXISTING);
        return SigningKey.in(keys);
    }

    public static VerificationKey publicKey() {
        return VerificationKey.read(resource("plain.pub"));
    }

    private static Path resource(String name) {
        try {
            return Path.of(SigningFixture.class.getResource("/signing/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
