import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/**
 * Writes the certificates of a PEM file into a trust store, the same bytes each time: as PKCS #12 without a password, which
 * needs no salt. Usage: TrustStore PEM STORE.
 */
public final class TrustStore {
    public static void main(String[] arguments) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream pem = new FileInputStream(arguments[0])) {
            for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                X509Certificate authority = (X509Certificate) certificate;
                store.setCertificateEntry(authority.getSerialNumber().toString(16) + " " + authority.getSubjectX500Principal(), authority);
            }
        }
        try (OutputStream file = new FileOutputStream(arguments[1])) {
            store.store(file, null);
        }
    }
}
