namespace Samsa.Rx;

/// <summary>
/// The records of one partition that were kept beyond <c>OnNext</c>, in the order of their offsets: which of them are dealt with, and so how far everything is.
/// </summary>
/// <remarks>
/// Offsets have gaps, so records are numbered as they are kept, and the number is what a lease carries. All is O(1), but for finding a record by its offset.
/// It has no lock of its own.
/// </remarks>
sealed class PartitionAcks
{
    /// <summary>Each lease of a record is one bit.</summary>
    const int LeasesOfARecord = 64;

    const int TicketShift = 6;

    Kept[] ring = [];
    long head;
    long tail;

    // From this number on offsets rise.
    long rising;

    /// <summary>How many records are kept and not dealt with.</summary>
    public int InFlight { get; private set; }

    /// <summary>How many bytes those have.</summary>
    public long InFlightBytes { get; private set; }

    /// <summary>How many records were kept since the oldest that is not dealt with, that one included.</summary>
    public int Window => (int)(tail - head);

    /// <summary>The offset of the oldest record that is not dealt with; null when there is none.</summary>
    public long? Oldest => head < tail ? this[head].Offset : null;

    ref Kept this[long number] => ref ring[number & (ring.Length - 1)];

    /// <summary>Keeps a record; nobody has a lease of it yet. Offsets must rise.</summary>
    public void Keep(long offset, int bytes)
    {
        // All leases of it may have ended while the observer still has it.
        if (head < tail && this[tail - 1].Offset == offset)
        {
            // When the log was cut it is another one.
            (this[tail - 1].IsDone, this[tail - 1].Bytes) = (false, bytes);
        }
        else
        {
            if (Window == ring.Length) Grow();
            this[tail++] = new() { Offset = offset, Bytes = bytes };
        }

        InFlight++;
        InFlightBytes += bytes;
    }

    /// <summary>Whether the newest record that is kept is this one, and not dealt with.</summary>
    public bool IsNewest(long offset) => head < tail && this[tail - 1] is { IsDone: false } newest && newest.Offset == offset;

    /// <summary>Gives a lease of a record that is kept.</summary>
    /// <param name="offset">Which record.</param>
    /// <param name="ticket">The number of the lease.</param>
    /// <returns>False: no such record is kept, or it is dealt with.</returns>
    /// <exception cref="InvalidOperationException">It has been leased too often.</exception>
    public bool TryLease(long offset, out long ticket)
    {
        ticket = -1;
        if (!TryFind(offset, out var number)) return false;
        ref var kept = ref this[number];
        if (kept.Given == LeasesOfARecord) throw new InvalidOperationException($"A record can be deferred {LeasesOfARecord} times at most.");
        ticket = number << TicketShift | kept.Given;
        kept.Open |= 1UL << kept.Given;
        kept.Given++;
        return true;
    }

    /// <summary>The record that a lease is of; null when the lease has ended already.</summary>
    public long? OffsetOf(long ticket)
    {
        var (number, bit) = (ticket >> TicketShift, 1UL << (int)(ticket & (LeasesOfARecord - 1)));
        return number >= head && number < tail && (this[number].Open & bit) != 0 ? this[number].Offset : null;
    }

    /// <summary>A lease has ended. The second time, and of a record that is forgotten, that changes nothing.</summary>
    /// <returns>The size of the record, if it is dealt with now; otherwise -1.</returns>
    public int Complete(long ticket)
    {
        if (OffsetOf(ticket) is null) return -1;
        ref var kept = ref this[ticket >> TicketShift];
        kept.Open &= ~(1UL << (int)(ticket & (LeasesOfARecord - 1)));
        if (kept.Open != 0) return -1;
        End(ref kept);
        GoOn();
        return kept.Bytes;
    }

    /// <summary>The log was cut: what was kept from this offset on is not in it any more. Lower offsets may follow.</summary>
    public void Forget(long from)
    {
        for (var number = head; number < tail; number++)
            if (this[number] is { IsDone: false } kept && kept.Offset >= from)
                End(ref this[number]);
        rising = tail;
        GoOn();
    }

    void End(ref Kept kept)
    {
        kept.IsDone = true;
        kept.Open = 0;
        InFlight--;
        InFlightBytes -= kept.Bytes;
    }

    void GoOn()
    {
        while (head < tail && this[head].IsDone) head++;
    }

    bool TryFind(long offset, out long number)
    {
        // Nearly always it is the newest.
        number = tail - 1;
        if (IsNewest(offset)) return true;
        var (low, high) = (Math.Max(head, rising), tail - 1);
        while (low <= high)
        {
            number = low + ((high - low) >> 1);
            if (this[number].Offset == offset) return !this[number].IsDone;
            if (this[number].Offset < offset) low = number + 1;
            else high = number - 1;
        }

        // What was kept before the log was cut is little, and rare.
        for (number = head; number < Math.Min(rising, tail); number++)
            if (this[number] is { IsDone: false } kept && kept.Offset == offset)
                return true;
        return false;
    }

    void Grow()
    {
        var larger = new Kept[Math.Max(16, 2 * ring.Length)];
        for (var number = head; number < tail; number++) larger[number & (larger.Length - 1)] = this[number];
        ring = larger;
    }

    struct Kept
    {
        public long Offset;
        public ulong Open;
        public int Bytes;
        public byte Given;
        public bool IsDone;
    }
}
