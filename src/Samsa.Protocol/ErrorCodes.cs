using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Samsa.Protocol;

/// <summary>What can be said of an <see cref="ErrorCode"/>.</summary>
public static class ErrorCodes
{
    static readonly FrozenDictionary<ErrorCode, string> KafkaNames =
        Enum.GetValues<ErrorCode>().ToFrozenDictionary(error => error, Spell);

    extension(ErrorCode error)
    {
        /// <summary>The same request may succeed later: Java's RetriableException. False for unknown codes.</summary>
        public bool CanRetry => error.NeedsMetadata || error is
            ErrorCode.CorruptMessage or ErrorCode.RequestTimedOut or ErrorCode.CoordinatorLoadInProgress or
            ErrorCode.CoordinatorNotAvailable or ErrorCode.NotCoordinator or ErrorCode.NotEnoughReplicas or
            ErrorCode.NotEnoughReplicasAfterAppend or ErrorCode.NotController or ErrorCode.ConcurrentTransactions or
            ErrorCode.FetchSessionIdNotFound or ErrorCode.InvalidFetchSessionEpoch or ErrorCode.UnknownLeaderEpoch or
            ErrorCode.OffsetNotAvailable or ErrorCode.UnstableOffsetCommit or ErrorCode.ThrottlingQuotaExceeded or
            ErrorCode.FetchSessionTopicIdError or ErrorCode.ShareSessionNotFound or
            ErrorCode.InvalidShareSessionEpoch or ErrorCode.ShareSessionLimitReached;

        /// <summary>Our view of the cluster must be refreshed before the next try: Java's InvalidMetadataException.</summary>
        public bool NeedsMetadata => error is
            ErrorCode.UnknownTopicOrPartition or ErrorCode.LeaderNotAvailable or ErrorCode.NotLeaderOrFollower or
            ErrorCode.ReplicaNotAvailable or ErrorCode.NetworkException or ErrorCode.KafkaStorageError or
            ErrorCode.ListenerNotFound or ErrorCode.FencedLeaderEpoch or ErrorCode.PreferredLeaderNotAvailable or
            ErrorCode.EligibleLeadersNotAvailable or ErrorCode.ElectionNotNeeded or ErrorCode.UnknownTopicId or
            ErrorCode.InconsistentTopicId;

        /// <summary>The name as Kafka spells it: <c>NOT_LEADER_OR_FOLLOWER</c>.</summary>
        /// <remarks>A code without a name is called <c>UNKNOWN_CODE_999</c>.</remarks>
        public string KafkaName => KafkaNames.TryGetValue(error, out var name)
            ? name
            : string.Create(CultureInfo.InvariantCulture, $"UNKNOWN_CODE_{(short)error}");
    }

    static string Spell(ErrorCode error)
    {
        var name = new StringBuilder();
        foreach (var letter in error.ToString())
        {
            if (char.IsAsciiLetterUpper(letter) && name.Length > 0) name.Append('_');
            name.Append(char.ToUpperInvariant(letter));
        }

        // Three names carry a word that says nothing.
        if (error is ErrorCode.InvalidTopic) name.Append("_EXCEPTION");
        if (error is ErrorCode.OutOfOrderSequence or ErrorCode.DuplicateSequence) name.Append("_NUMBER");
        return name.ToString();
    }
}
