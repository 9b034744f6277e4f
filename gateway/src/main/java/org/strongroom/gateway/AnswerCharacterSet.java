package org.strongroom.gateway;

import java.util.Optional;
import org.strongroom.dicom.DataSet;
import org.strongroom.dicom.SpecificCharacterSet;

/**
 * In which character set the answers to a query go out, PS3.4 section C.4.1.1.3.2: in that of the request where every
 * character can be written there, else in UTF-8; (0008,0005) says which.
 *
 * <p>A request that declares none and of whose sender none is assumed has said nothing about what it can read: keys in
 * ASCII are all it needs for that. Its answers are in the character set their values came in, which the device that
 * reads the images has to read too, and declare it; in UTF-8 where they came in several.
 *
 * @param wanted empty where the request says nothing
 */
public record AnswerCharacterSet(Optional<SpecificCharacterSet> wanted) {
    /** What this request asks for, read under what is assumed of its sender. */
    public static AnswerCharacterSet of(DataSet request) {
        SpecificCharacterSet set = request.characterSet();
        boolean says = !set.terms().isEmpty() && set.unknownTerms().isEmpty();
        return new AnswerCharacterSet(says ? Optional.of(set) : Optional.empty());
    }

    /** The same answer; bytes that stand for no character in a stored value become U+FFFD, or {@code ?} where there is none. */
    public DataSet encoded(DataSet answer) {
        if (wanted.isEmpty() || answer.characterSet().equals(wanted.get())) {
            return answer;
        }
        return answer.recoded(answer.fits(wanted.get()) ? wanted.get() : SpecificCharacterSet.UTF_8);
    }
}
