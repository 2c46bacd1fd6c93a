package dev.distillery.trainer.signing;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Set;
import org.bouncycastle.crypto.engines.XSalsa20Engine;
import org.bouncycastle.crypto.generators.SCrypt;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/**
 * The encrypted content of a cosign key: a key from the password by scrypt opens a box of NaCl's {@code secretbox}
 * (XSalsa20 and Poly1305), in which the private key lies as PKCS #8.
 */
record CosignKeyBox(Kdf kdf, Cipher cipher, byte[] ciphertext) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int KEY_BYTES = 32;
    private static final int TAG_BYTES = 16;
    private static final int NONCE_BYTES = 24;
    /** What cosign has written so far; anything else might ask for any amount of memory. */
    private static final Set<Cost> KNOWN_COSTS = Set.of(new Cost(32_768, 8, 1), new Cost(65_536, 8, 1));

    record Kdf(String name, Cost params, byte[] salt) {}

    /** Of scrypt. */
    record Cost(@JsonProperty("N") int n, int r, int p) {}

    record Cipher(String name, byte[] nonce) {}

    /** @throws IllegalArgumentException if the content is no such box */
    static CosignKeyBox parse(byte[] json) {
        try {
            CosignKeyBox box = MAPPER.readValue(json, CosignKeyBox.class);
            boolean known = "scrypt".equals(box.kdf.name)
                    && KNOWN_COSTS.contains(box.kdf.params)
                    && "nacl/secretbox".equals(box.cipher.name)
                    && box.cipher.nonce.length == NONCE_BYTES
                    && box.ciphertext.length > TAG_BYTES;
            if (known) {
                return box;
            }
        } catch (IOException | NullPointerException e) {
            throw new IllegalArgumentException("an encrypted key in a form that cosign does not write", e);
        }
        throw new IllegalArgumentException("an encrypted key in a form that cosign does not write");
    }

    /**
     * @return PKCS #8
     * @throws IllegalArgumentException if the password is wrong or the box was changed
     */
    byte[] open(byte[] password) {
        byte[] key = SCrypt.generate(password, kdf.salt, kdf.params.n, kdf.params.r, kdf.params.p, KEY_BYTES);
        XSalsa20Engine stream = new XSalsa20Engine();
        stream.init(false, new ParametersWithIV(new KeyParameter(key), cipher.nonce));
        byte[] authenticationKey = new byte[KEY_BYTES];
        stream.processBytes(authenticationKey, 0, KEY_BYTES, authenticationKey, 0);
        Poly1305 authentication = new Poly1305();
        authentication.init(new KeyParameter(authenticationKey));
        authentication.update(ciphertext, TAG_BYTES, ciphertext.length - TAG_BYTES);
        byte[] tag = new byte[TAG_BYTES];
        authentication.doFinal(tag, 0);
        if (!MessageDigest.isEqual(tag, Arrays.copyOf(ciphertext, TAG_BYTES))) {
            throw new IllegalArgumentException("an encrypted key that the password does not open");
        }
        byte[] content = new byte[ciphertext.length - TAG_BYTES];
        stream.processBytes(ciphertext, TAG_BYTES, content.length, content, 0);
        return content;
    }
}
