; ModuleID = 'i128' (the linker knows an IR file by this first line)
;
; 128-bit multiplication and division for SBPF, linked into every program.
;
; Why it exists: rustc's own routines return their result through a hidden pointer on this target,
; while LLVM's code generator calls them with the result in a register pair. Linking these strong
; definitions over the weak ones removes the disagreement, and they are several times faster.
;
; Conventions: a 128-bit number is two i64, low half first. 64-bit multiplication and division are
; single machine instructions at one compute unit each; a 32-bit "digit" is half a register, so that
; the product of two digits fits in one. Divisors are never zero: Rust checks before it calls.
;
; Tests: tests/tests/sbf_arithmetic.rs compares every routine with exact arithmetic.

target triple = "bpfel"

; ---------------------------------------------------------------------------------------------
; Helpers
; ---------------------------------------------------------------------------------------------

; The value itself, unknown to the optimiser; no instruction is emitted. Without it LLVM recognises
; the long multiplication below as one 128-bit multiplication and turns it into a call to itself.
define internal i64 @io.opaque(i64 %x) alwaysinline {
  %y = call i64 asm "", "=r,0"(i64 %x)
  ret i64 %y
}

; High half of the 128-bit product a * b: schoolbook multiplication of two-digit numbers.
define internal i64 @io.mul_high(i64 %a, i64 %b) alwaysinline {
  %a0.plain = and i64 %a, 4294967295
  %a0 = call i64 @io.opaque(i64 %a0.plain)
  %a1 = lshr i64 %a, 32
  %b0 = and i64 %b, 4294967295
  %b1 = lshr i64 %b, 32
  %p00 = mul i64 %a0, %b0
  %p10 = mul i64 %a1, %b0
  %p01 = mul i64 %a0, %b1
  %p11 = mul i64 %a1, %b1
  ; (2^32-1)^2 + 2^32-1 < 2^64, so neither sum overflows.
  %p00.high = lshr i64 %p00, 32
  %mid0 = add i64 %p10, %p00.high
  %mid0.low = and i64 %mid0, 4294967295
  %mid0.high = lshr i64 %mid0, 32
  %mid1 = add i64 %p01, %mid0.low
  %mid1.high = lshr i64 %mid1, 32
  %high0 = add i64 %p11, %mid0.high
  %high = add i64 %high0, %mid1.high
  ret i64 %high
}

; Number of leading zero bits of x, x != 0: binary search, there is no instruction for it.
define internal i64 @io.leading_zeros(i64 %x) alwaysinline {
  %c32 = icmp ult i64 %x, 4294967296
  %n32 = select i1 %c32, i64 32, i64 0
  %x32 = shl i64 %x, %n32
  %c16 = icmp ult i64 %x32, 281474976710656
  %n16 = select i1 %c16, i64 16, i64 0
  %x16 = shl i64 %x32, %n16
  %c8 = icmp ult i64 %x16, 72057594037927936
  %n8 = select i1 %c8, i64 8, i64 0
  %x8 = shl i64 %x16, %n8
  %c4 = icmp ult i64 %x8, 1152921504606846976
  %n4 = select i1 %c4, i64 4, i64 0
  %x4 = shl i64 %x8, %n4
  %c2 = icmp ult i64 %x4, 4611686018427387904
  %n2 = select i1 %c2, i64 2, i64 0
  %x2 = shl i64 %x4, %n2
  %c1 = icmp sgt i64 %x2, -1
  %n1 = zext i1 %c1 to i64
  %s0 = add i64 %n32, %n16
  %s1 = add i64 %s0, %n8
  %s2 = add i64 %s1, %n4
  %s3 = add i64 %s2, %n2
  %s4 = add i64 %s3, %n1
  ret i64 %s4
}

; One quotient digit of Knuth's algorithm D: floor((rem * 2^32 + next) / d), where d has its top bit
; set and rem < d. The estimate from d's high digit alone is at most 2 too large.
define internal i64 @io.digit(i64 %rem, i64 %next, i64 %d) alwaysinline {
start:
  %d1 = lshr i64 %d, 32
  %d0 = and i64 %d, 4294967295
  %q = udiv i64 %rem, %d1
  %q.d1 = mul i64 %q, %d1
  %r = sub i64 %rem, %q.d1
  br label %check

check:                      ; too large if q >= 2^32 or q * d0 > r * 2^32 + next
  %q.now = phi i64 [ %q, %start ], [ %q.less, %again ]
  %r.now = phi i64 [ %r, %start ], [ %r.more, %again ]
  %q.over = icmp ugt i64 %q.now, 4294967295
  br i1 %q.over, label %reduce, label %compare

compare:
  %left = mul i64 %q.now, %d0
  %r.shifted = shl i64 %r.now, 32
  %right = or i64 %r.shifted, %next
  %too.large = icmp ugt i64 %left, %right
  br i1 %too.large, label %reduce, label %done

reduce:
  %q.less = add i64 %q.now, -1
  %r.more = add i64 %r.now, %d1
  ; Once r needs more than one digit the comparison can no longer hold.
  %r.over = icmp ugt i64 %r.more, 4294967295
  br i1 %r.over, label %reduced, label %again

again:
  br label %check

reduced:
  br label %done

done:
  %q.final = phi i64 [ %q.now, %compare ], [ %q.less, %reduced ]
  ret i64 %q.final
}

; floor((high * 2^64 + low) / d), where d has its top bit set and high < d: two digits.
define internal i64 @io.divide_2_by_1(i64 %high, i64 %low, i64 %d) noinline {
  %low1 = lshr i64 %low, 32
  %low0 = and i64 %low, 4294967295
  %q1 = call i64 @io.digit(i64 %high, i64 %low1, i64 %d)
  %high.shifted = shl i64 %high, 32
  %step = or i64 %high.shifted, %low1
  %q1.d = mul i64 %q1, %d
  %rem = sub i64 %step, %q1.d
  %q0 = call i64 @io.digit(i64 %rem, i64 %low0, i64 %d)
  %q1.shifted = shl i64 %q1, 32
  %q = or i64 %q1.shifted, %q0
  ret i64 %q
}

; The high 64 bits of (high:low) << shift, for shift below 64.
define internal i64 @io.shift_left_high(i64 %high, i64 %low, i64 %shift) alwaysinline {
  %high.shifted = shl i64 %high, %shift
  %back = xor i64 %shift, 63
  %low.half = lshr i64 %low, 1
  %low.shifted = lshr i64 %low.half, %back
  %r = or i64 %high.shifted, %low.shifted
  ret i64 %r
}

; Negates n if sign is -1, leaves it if sign is 0.
define internal { i64, i64 } @io.negate_if(i64 %l, i64 %h, i64 %sign) alwaysinline {
  %lx = xor i64 %l, %sign
  %hx = xor i64 %h, %sign
  %l1 = sub i64 %lx, %sign
  ; Adding one carries into the high half only when the low half was all ones, that is, is now 0.
  %zero = icmp eq i64 %l1, 0
  %carry = zext i1 %zero to i64
  %carry.if = and i64 %carry, %sign
  %h1 = add i64 %hx, %carry.if
  %r0 = insertvalue { i64, i64 } poison, i64 %l1, 0
  %r1 = insertvalue { i64, i64 } %r0, i64 %h1, 1
  ret { i64, i64 } %r1
}

; ---------------------------------------------------------------------------------------------
; The routines LLVM calls
; ---------------------------------------------------------------------------------------------

; a * b, wrapping; the same for signed and unsigned.
define { i64, i64 } @__multi3(i64 %al, i64 %ah, i64 %bl, i64 %bh) {
  %low = mul i64 %al, %bl
  %high0 = call i64 @io.mul_high(i64 %al, i64 %bl)
  %cross0 = mul i64 %ah, %bl
  %cross1 = mul i64 %al, %bh
  %high1 = add i64 %high0, %cross0
  %high = add i64 %high1, %cross1
  %r0 = insertvalue { i64, i64 } poison, i64 %low, 0
  %r1 = insertvalue { i64, i64 } %r0, i64 %high, 1
  ret { i64, i64 } %r1
}

; n / d, unsigned.
define { i64, i64 } @__udivti3(i64 %nl, i64 %nh, i64 %dl, i64 %dh) {
start:
  %narrow = icmp eq i64 %dh, 0
  br i1 %narrow, label %divisor.64, label %divisor.128

divisor.64:
  %native = icmp eq i64 %nh, 0
  br i1 %native, label %divide.native, label %high.half

divide.native:
  %q.native = udiv i64 %nl, %dl
  br label %done

high.half:                  ; the quotient's high half, and what is left of the high half
  %qh = udiv i64 %nh, %dl
  %qh.d = mul i64 %qh, %dl
  %rem = sub i64 %nh, %qh.d
  %one.digit = icmp ult i64 %dl, 4294967296
  br i1 %one.digit, label %divisor.32, label %normalise

divisor.32:                 ; long division by one digit
  %nl1 = lshr i64 %nl, 32
  %nl0 = and i64 %nl, 4294967295
  %rem.shifted = shl i64 %rem, 32
  %step1 = or i64 %rem.shifted, %nl1
  %q1 = udiv i64 %step1, %dl
  %q1.d = mul i64 %q1, %dl
  %rem1 = sub i64 %step1, %q1.d
  %rem1.shifted = shl i64 %rem1, 32
  %step0 = or i64 %rem1.shifted, %nl0
  %q0 = udiv i64 %step0, %dl
  %q1.shifted = shl i64 %q1, 32
  %q.32 = or i64 %q1.shifted, %q0
  br label %done

normalise:                  ; shift both so that the divisor's top bit is set
  %shift = call i64 @io.leading_zeros(i64 %dl)
  %d.norm = shl i64 %dl, %shift
  %high.norm = call i64 @io.shift_left_high(i64 %rem, i64 %nl, i64 %shift)
  %low.norm = shl i64 %nl, %shift
  %q.64 = call i64 @io.divide_2_by_1(i64 %high.norm, i64 %low.norm, i64 %d.norm)
  br label %done

divisor.128:
  %zero = icmp ult i64 %nh, %dh
  br i1 %zero, label %done, label %estimate

estimate:                   ; Hacker's Delight, udivdi3, at twice the width: divide by the divisor's
                            ; top 64 bits; minus 1 the estimate is right or 1 too small
  %shift.128 = call i64 @io.leading_zeros(i64 %dh)
  %d.top = call i64 @io.shift_left_high(i64 %dh, i64 %dl, i64 %shift.128)
  %nh.half = lshr i64 %nh, 1
  %nl.half = lshr i64 %nl, 1
  %nh.bit = shl i64 %nh, 63
  %n.half.low = or i64 %nh.bit, %nl.half
  %q.top = call i64 @io.divide_2_by_1(i64 %nh.half, i64 %n.half.low, i64 %d.top)
  %back = xor i64 %shift.128, 63
  %q.estimate = lshr i64 %q.top, %back
  %is.zero = icmp eq i64 %q.estimate, 0
  %q.less = add i64 %q.estimate, -1
  %q.low = select i1 %is.zero, i64 0, i64 %q.less
  ; remainder = n - q.low * d
  %ql.dl = mul i64 %q.low, %dl
  %ql.dl.high = call i64 @io.mul_high(i64 %q.low, i64 %dl)
  %ql.dh = mul i64 %q.low, %dh
  %product.high = add i64 %ql.dl.high, %ql.dh
  %rem.low = sub i64 %nl, %ql.dl
  %borrow.bit = icmp ult i64 %nl, %ql.dl
  %borrow = zext i1 %borrow.bit to i64
  %rem.high0 = sub i64 %nh, %product.high
  %rem.high = sub i64 %rem.high0, %borrow
  br label %correct

correct:                    ; one more if the remainder still holds the divisor
  %high.equal = icmp eq i64 %rem.high, %dh
  %high.more = icmp ugt i64 %rem.high, %dh
  %low.enough = icmp uge i64 %rem.low, %dl
  %more = select i1 %high.equal, i1 %low.enough, i1 %high.more
  %one = zext i1 %more to i64
  %q.128 = add i64 %q.low, %one
  br label %done

done:
  %low = phi i64 [ %q.native, %divide.native ], [ %q.32, %divisor.32 ], [ %q.64, %normalise ], [ 0, %divisor.128 ], [ %q.128, %correct ]
  %high = phi i64 [ 0, %divide.native ], [ %qh, %divisor.32 ], [ %qh, %normalise ], [ 0, %divisor.128 ], [ 0, %correct ]
  %r0 = insertvalue { i64, i64 } poison, i64 %low, 0
  %r1 = insertvalue { i64, i64 } %r0, i64 %high, 1
  ret { i64, i64 } %r1
}

; n mod d, unsigned: n - (n / d) * d.
define { i64, i64 } @__umodti3(i64 %nl, i64 %nh, i64 %dl, i64 %dh) {
  %q = call { i64, i64 } @__udivti3(i64 %nl, i64 %nh, i64 %dl, i64 %dh)
  %ql = extractvalue { i64, i64 } %q, 0
  %qd.low = mul i64 %ql, %dl
  %low = sub i64 %nl, %qd.low
  %narrow = icmp eq i64 %dh, 0
  br i1 %narrow, label %done, label %wide

wide:                       ; the quotient is below 2^64
  %ql.dl.high = call i64 @io.mul_high(i64 %ql, i64 %dl)
  %ql.dh = mul i64 %ql, %dh
  %qd.high = add i64 %ql.dl.high, %ql.dh
  %borrow.bit = icmp ult i64 %nl, %qd.low
  %borrow = zext i1 %borrow.bit to i64
  %high0 = sub i64 %nh, %qd.high
  %high.wide = sub i64 %high0, %borrow
  br label %done

done:                       ; below a 64-bit divisor the remainder's high half is 0
  %high = phi i64 [ 0, %0 ], [ %high.wide, %wide ]
  %r0 = insertvalue { i64, i64 } poison, i64 %low, 0
  %r1 = insertvalue { i64, i64 } %r0, i64 %high, 1
  ret { i64, i64 } %r1
}

; n / d, signed, rounded towards zero: divide the magnitudes, negate if the signs differ.
define { i64, i64 } @__divti3(i64 %nl, i64 %nh, i64 %dl, i64 %dh) {
  %n.sign = ashr i64 %nh, 63
  %d.sign = ashr i64 %dh, 63
  %n = call { i64, i64 } @io.negate_if(i64 %nl, i64 %nh, i64 %n.sign)
  %d = call { i64, i64 } @io.negate_if(i64 %dl, i64 %dh, i64 %d.sign)
  %n.low = extractvalue { i64, i64 } %n, 0
  %n.high = extractvalue { i64, i64 } %n, 1
  %d.low = extractvalue { i64, i64 } %d, 0
  %d.high = extractvalue { i64, i64 } %d, 1
  %q = call { i64, i64 } @__udivti3(i64 %n.low, i64 %n.high, i64 %d.low, i64 %d.high)
  %q.low = extractvalue { i64, i64 } %q, 0
  %q.high = extractvalue { i64, i64 } %q, 1
  %sign = xor i64 %n.sign, %d.sign
  %r = call { i64, i64 } @io.negate_if(i64 %q.low, i64 %q.high, i64 %sign)
  ret { i64, i64 } %r
}

; n mod d, signed; the result has the sign of n.
define { i64, i64 } @__modti3(i64 %nl, i64 %nh, i64 %dl, i64 %dh) {
  %n.sign = ashr i64 %nh, 63
  %d.sign = ashr i64 %dh, 63
  %n = call { i64, i64 } @io.negate_if(i64 %nl, i64 %nh, i64 %n.sign)
  %d = call { i64, i64 } @io.negate_if(i64 %dl, i64 %dh, i64 %d.sign)
  %n.low = extractvalue { i64, i64 } %n, 0
  %n.high = extractvalue { i64, i64 } %n, 1
  %d.low = extractvalue { i64, i64 } %d, 0
  %d.high = extractvalue { i64, i64 } %d, 1
  %m = call { i64, i64 } @__umodti3(i64 %n.low, i64 %n.high, i64 %d.low, i64 %d.high)
  %m.low = extractvalue { i64, i64 } %m, 0
  %m.high = extractvalue { i64, i64 } %m, 1
  %r = call { i64, i64 } @io.negate_if(i64 %m.low, i64 %m.high, i64 %n.sign)
  ret { i64, i64 } %r
}
